import { indexOfBytes } from '../value/index-of-bytes.ts';
import type { Meter } from '../value/value.ts';

/**
 * A text that charges for being read. What a search costs depends on the pattern, the text and the engine that is chosen for them;
 * what it reads tells it exactly.
 */
export class CountedText extends String {
  readonly #text: string;
  readonly #meter: Meter;
  readonly #interval: number;
  readonly #price: number;
  #left = 0;

  /** @param price of reading one character, in steps */
  constructor(text: string, meter: Meter, price: number) {
    super(text);
    this.#text = text;
    this.#meter = meter;
    this.#interval = Math.ceil(64 / price);
    this.#price = price * this.#interval;
  }

  override charCodeAt(index: number): number {
    // charged ahead, because the first may be dear
    if (this.#left === 0) this.#charge();
    this.#left -= 1;
    return this.#text.charCodeAt(index);
  }

  override indexOf(part: string, position = 0): number {
    // all literal text of a pattern, which may be long
    return indexOfBytes(this.#text, part, position, this.#meter);
  }

  #charge(): void {
    this.#meter.step(this.#price);
    this.#left = this.#interval;
  }
}
