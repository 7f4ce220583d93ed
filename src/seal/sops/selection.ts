import { Regexp } from '../../template/regexp/regexp.ts';
import { FunctionError, LimitError } from '../../template/template-error.ts';
import { fromText } from '../../template/value/byte-string.ts';
import { createMeter } from '../../template/worker/limits.ts';
import { SopsError } from './sops-error.ts';

/** Which values of a file are encrypted: one rule for the whole file. */
export type SelectionRule =
  | { readonly by: 'suffix'; readonly encrypts: boolean; readonly suffix: string }
  | { readonly by: 'regex' | 'commentRegex'; readonly encrypts: boolean; readonly regex: string };

/** The rule of a file that says none. */
export const defaultRule: SelectionRule = { by: 'suffix', encrypts: false, suffix: '_unencrypted' };

/** What a rule is asked about: a value, or a comment in a list. */
export interface Candidate {
  /** The names on the way to it. */
  readonly keys: readonly string[];
  /** The comments that stand before it, and before each of what it is in. */
  readonly comments: readonly string[];
}

export type Selection = (candidate: Candidate) => boolean;

/** A pattern of some hundred instructions. */
const compileLimits = { steps: 30_000, allocatedBytes: 1 << 20 };
/** What one file may take in all: the pattern is the file's own, and the thread that matches does everything else as well. */
const matchLimits = { steps: 20_000_000, allocatedBytes: 64 << 20 };
/** A value's path is seldom new where it is one of a list. */
const mostRemembered = 10_000;

/**
 * Makes a rule ready to be asked. The regular expressions are the file's, and so hostile: they are run by a machine whose time is linear,
 * under a limit for the whole file.
 * @throws SopsError `document` for a pattern that is malformed or too large; the selection throws one where matching takes too long
 */
export function createSelection(rule: SelectionRule): Selection {
  if (rule.by === 'suffix') return ({ keys }) => keys.some((key) => key.endsWith(rule.suffix)) === rule.encrypts;
  const matches = matcher(rule.regex);
  if (rule.by === 'regex') return ({ keys }) => keys.some(matches) === rule.encrypts;
  return ({ comments }) => comments.some(matches) === rule.encrypts;
}

function matcher(source: string): (text: string) => boolean {
  const regexp = bounded('is too large', () => new Regexp(fromText(source), createMeter(compileLimits)));
  const meter = createMeter(matchLimits);
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = bounded('takes too long to match', () => regexp.matches(fromText(text), meter));
    if (known.size < mostRemembered) known.set(text, found);
    return found;
  };
}

function bounded<T>(problem: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    // its own words quote the pattern
    if (error instanceof FunctionError) throw new SopsError('document', "the regular expression in the file's sops metadata is not one, or is too large");
    if (error instanceof LimitError) throw new SopsError('document', `the regular expression in the file's sops metadata ${problem}`);
    throw error;
  }
}
