import { Regexp } from '../../../template/regexp/regexp.ts';
import { FunctionError, LimitError } from '../../../template/template-error.ts';
import { fromText } from '../../../template/value/byte-string.ts';
import { createMeter } from '../../../template/worker/limits.ts';
import type { Problem } from '../plan.ts';

/** Plans are made in the thread that does everything else: what the patterns of one object may take is some tens of milliseconds. */
const patternLimits = { steps: 100_000, allocatedBytes: 4 * 1024 * 1024 };

export type PatternProblem = Pick<Problem, 'severity' | 'message'>;

/** @returns what tells what is wrong with a regular expression; it is for one object, whose patterns share a limit */
export function createPatternCheck(): (pattern: string) => PatternProblem | undefined {
  const meter = createMeter(patternLimits);
  return (pattern) => {
    try {
      return void new Regexp(fromText(pattern), meter);
    } catch (error) {
      if (error instanceof FunctionError) return { severity: 'error', message: error.message };
      if (error instanceof LimitError) return { severity: 'warning', message: 'is not checked, because the patterns of this object are large; whether it can be parsed shows when keys are rewritten' };
      throw error;
    }
  };
}
