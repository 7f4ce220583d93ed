import { LimitError } from '../template-error.ts';

/**
 * Levels of lists and maps. Go knows no such limit, save where it reads JSON, but maps can hold themselves, so whoever walks down a value
 * must come to an end; nothing that is meant nests so deeply.
 */
const deepest = 1000;

/** @throws LimitError for a value that is nested deeper than any that is meant */
export function checkDepth(depth: number): void {
  if (depth > deepest) throw new LimitError(`a value is nested more than ${deepest} deep`);
}
