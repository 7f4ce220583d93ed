import type { Meter } from './value.ts';

/** Parts that are put together at once. */
const most = 1024;

/**
 * Puts a text together of many small parts. A list of them all, or a string that grows by each, takes up to fifty times the memory of
 * the text; this takes little more than twice.
 */
export class TextBuilder {
  readonly #meter: Meter | undefined;
  readonly #chunks: string[] = [];
  #parts: string[] = [];

  /** @param meter to charge for what is added, where nobody has charged for it before */
  constructor(meter?: Meter) {
    this.#meter = meter;
  }

  add(part: string): void {
    if (part === '') return;
    this.#meter?.allocate(part.length);
    this.#parts.push(part);
    if (this.#parts.length < most) return;
    this.#chunks.push(this.#parts.join(''));
    this.#parts = [];
  }

  text(): string {
    return this.#chunks.join('') + this.#parts.join('');
  }
}
