import type { Token } from './token.ts';

/** Tokens between the scanner and the parser. Each has a number, counted from the beginning of the text. */
export class TokenQueue {
  readonly #tokens: Token[] = [];
  #head = 0;
  /** How many have been taken. */
  #taken = 0;

  get isEmpty(): boolean {
    return this.#head === this.#tokens.length;
  }

  /** The number of the next token to be taken. */
  get first(): number {
    return this.#taken;
  }

  /** The number that the next token to be added will have. */
  get next(): number {
    return this.#taken + this.#tokens.length - this.#head;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#head];
  }

  take(): void {
    this.#head += 1;
    this.#taken += 1;
    // what has been taken is dropped now and then
    if (this.#head < 1024) return;
    this.#tokens.splice(0, this.#head);
    this.#head = 0;
  }

  add(token: Token): void {
    this.#tokens.push(token);
  }

  /** Puts a token before the one of that number; at the end where that one has been taken already. */
  insert(number: number, token: Token): void {
    if (number < this.#taken) this.add(token);
    else this.#tokens.splice(this.#head + number - this.#taken, 0, token);
  }
}
