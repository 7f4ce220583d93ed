import type { NamePattern } from '../provider/contract.ts';
import { ProviderError } from '../provider/provider-error.ts';
import { Regexp } from '../template/regexp/regexp.ts';
import { FunctionError, LimitError } from '../template/template-error.ts';
import { fromText } from '../template/value/byte-string.ts';
import { createMeter } from '../template/worker/limits.ts';

/** A pattern of some hundred instructions: longer ones are for no name. */
const compileLimits = { steps: 30_000, allocatedBytes: 1024 * 1024 };

/** What one query may take in all: forty thousand names against a usual pattern, or a second against the worst. */
const matchLimits = { steps: 3_000_000, allocatedBytes: 8 * 1024 * 1024 };

/**
 * Compiles the pattern of a `find`. One is for one query: what it may take, all names together, is bounded, because the thread that
 * matches does everything else as well.
 * @returns a ProviderError `invalid` where it is malformed or too large; `matches` throws one where the names are too much for it
 */
export function namePattern(source: string): NamePattern | ProviderError {
  const regexp = bounded('is too large: write a simpler pattern', () => new Regexp(fromText(source), createMeter(compileLimits)));
  if (regexp instanceof ProviderError) return regexp;
  const meter = createMeter(matchLimits);
  return {
    source,
    matches: (name) => {
      const matches = bounded('takes too long: find fewer names by a path, or write a simpler pattern', () => regexp.matches(fromText(name), meter));
      if (matches instanceof ProviderError) throw matches;
      return matches;
    },
  };
}

function bounded<T>(problem: string, act: () => T): T | ProviderError {
  try {
    return act();
  } catch (error) {
    if (error instanceof FunctionError) return new ProviderError('invalid', `find.name.regexp: ${error.message}`);
    if (error instanceof LimitError) return new ProviderError('invalid', `find.name.regexp ${problem}`);
    throw error;
  }
}
