/** What comes of holding one value against one schema. */
export class Verdict {
  /** Of the value: a JSON pointer. */
  readonly at: string;
  readonly problems: string[] = [];
  /** Keys and indexes that a schema has spoken of. */
  readonly keys = new Set<string>();
  readonly indexes = new Set<number>();

  constructor(at: string) {
    this.at = at;
  }

  /** @returns false, for whoever asks whether to go on */
  fail(problem: string): false {
    this.problems.push(`${this.at === '' ? 'at the top' : `at ${this.at}`}: ${problem}`);
    return false;
  }

  /** Takes over what came of another schema of the same value. */
  add(other: Verdict): void {
    this.addInner(other);
    if (other.problems.length > 0) return;
    for (const key of other.keys) this.keys.add(key);
    for (const index of other.indexes) this.indexes.add(index);
  }

  /** Takes over what is wrong with a value within this one. */
  addInner(other: Verdict): void {
    this.problems.push(...other.problems);
  }
}
