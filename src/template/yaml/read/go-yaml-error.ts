import { YamlError } from '../../../lib/yaml-error.ts';

/** Text that go-yaml refuses. The problem never quotes the text; `goMessage` is what go-yaml says, and may. */
export class GoYamlError extends YamlError {
  readonly goMessage: string;

  /** @param line counted from 1 */
  constructor(problem: string, line: number, goMessage: string = `yaml: ${problem}`) {
    super(problem, { line, column: 1 });
    this.goMessage = goMessage;
  }
}

/** An error of go-yaml's scanner. It counts lines from 1, and leaves the first one out. @param context the line where the token begins */
export function scanError(problem: string, line: number, context: number): GoYamlError {
  return syntaxError(problem, line, line === 0 ? context : line + 1);
}

/** An error of go-yaml's parser, which counts lines from 0. */
export function parseError(problem: string, line: number, context: number = line): GoYamlError {
  return syntaxError(problem, line, line === 0 ? context : line);
}

function syntaxError(problem: string, line: number, shown: number): GoYamlError {
  return new GoYamlError(problem, line + 1, `yaml: ${shown === 0 ? '' : `line ${shown}: `}${problem}`);
}
