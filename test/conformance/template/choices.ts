import fc from 'fast-check';

/** A tape of choices that a generator reads. At its end every choice is the first, which each rule of a grammar keeps for its simplest form. */
export class Choices {
  readonly #tape: readonly number[];
  #next = 0;

  constructor(tape: readonly number[]) {
    this.#tape = tape;
  }

  /** Whether the tape is read up: what is built must now come to an end. */
  get isExhausted(): boolean {
    return this.#next >= this.#tape.length;
  }

  /** A number from 0 to just below `limit`. */
  below(limit: number): number {
    const choice = this.#tape[this.#next] ?? 0;
    this.#next += 1;
    return choice % limit;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === times - 1;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }

  /** So many of something, `least` to `most`. */
  several<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }
}

/** What `build` makes of a tape; shrinking a tape simplifies what is made of it. */
export function built<T>(build: (choices: Choices) => T): fc.Arbitrary<T> {
  return fc.array(fc.nat(0xffff), { minLength: 20, maxLength: 400, size: 'max' }).map((tape) => build(new Choices(tape)));
}
