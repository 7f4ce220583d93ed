import { z } from 'zod';
import { unsupported } from './schema.ts';

/** One step in which the keys of an extracted object are renamed. */
export type KeyRewrite =
  /** As Go's Regexp.ReplaceAllString: `target` may refer to groups of `source`. */
  | { readonly kind: 'regexp'; readonly source: string; readonly target: string }
  /** A Go template that is given the key as `.value`. */
  | { readonly kind: 'transform'; readonly template: string };

/** Longer ones are for no key. */
const longestPattern = 1_024;

const regexp = z.strictObject({
  source: z
    .string()
    .refine(({ length }) => length <= longestPattern, `must have at most ${longestPattern} characters`)
    .describe('RE2 pattern; each of its matches in a key is replaced.'),
  target: z.string().describe('What stands in place of a match; $1 and ${name} are groups of it.'),
});

const transform = z.strictObject({
  template: z.string().describe('Go template of the new key; the old one is its .value.'),
});

/** One entry of `dataFrom[].rewrite`. Whether a pattern can be compiled is found out where that may take its time, as with templates. */
const keyRewrite = z
  .strictObject({
    regexp: regexp.exactOptional().describe('Replaces what matches a pattern.'),
    transform: transform.exactOptional().describe('Renders the new key by a template.'),
    merge: unsupported(),
  })
  .transform((step, context): KeyRewrite => {
    if (step.regexp !== undefined && step.transform === undefined) return { kind: 'regexp', ...step.regexp };
    if (step.transform !== undefined && step.regexp === undefined) return { kind: 'transform', ...step.transform };
    context.addIssue({ code: 'custom', message: 'must have regexp or transform, and only one of them' });
    return z.NEVER;
  });

/** Each is a request to the renderer of its own. */
const mostSteps = 32;

/** `dataFrom[].rewrite`. */
export const keyRewrites = z.array(keyRewrite).refine(({ length }) => length <= mostSteps, `must have at most ${mostSteps} entries`);
