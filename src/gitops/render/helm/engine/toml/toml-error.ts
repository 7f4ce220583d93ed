/** A text that is no TOML. The message quotes nothing of it. */
export class TomlError extends Error {
  constructor(problem: string, line: number) {
    super(`toml: line ${line}: ${problem}`);
  }
}
