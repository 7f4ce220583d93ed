import { FunctionError } from '../template-error.ts';

/** A regular expression that cannot be parsed. */
export class PatternError extends FunctionError {
  /**
   * @param problem what is wrong, in words
   * @param fragment where: the part of the pattern that Go names, a byte string
   */
  constructor(problem: string, fragment: string) {
    super(`error parsing regexp: ${problem}`, `error parsing regexp: ${problem}: \`${fragment}\``);
  }
}
