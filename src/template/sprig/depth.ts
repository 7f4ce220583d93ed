import { LimitError } from '../template-error.ts';

/** Maps can hold themselves, so whoever walks down a value must come to an end. */
const deepest = 1000;

/** @throws LimitError for a value that is nested deeper than any that is meant */
export function checkDepth(depth: number): void {
  if (depth > deepest) throw new LimitError(`a value is nested more than ${deepest} deep`);
}
