/** A run of characters, up to one that ends it. */
export interface Run {
  readonly text: string;
  /** What ended it, and was taken; undefined for the end of the text. */
  readonly stop: string | undefined;
}

/** Goes through the text of a `--set`, one character (a Unicode code point) after the other. */
export class SetReader {
  readonly #chars: readonly string[];
  readonly #escapes: boolean;
  #at = 0;

  /** @param escapes whether a backslash takes the meaning from what follows it */
  constructor(text: string, escapes: boolean) {
    this.#chars = Array.from(text);
    this.#escapes = escapes;
  }

  /** Counted from 1. */
  get position(): number {
    return this.#at + 1;
  }

  until(stops: string): Run {
    const text: string[] = [];
    for (;;) {
      const char = this.#chars[this.#at];
      if (char === undefined) return { text: text.join(''), stop: undefined };
      this.#at += 1;
      if (stops.includes(char)) return { text: text.join(''), stop: char };
      if (char === '\\' && this.#escapes) {
        const escaped = this.#chars[this.#at];
        // a backslash at the end stands for nothing
        if (escaped === undefined) return { text: text.join(''), stop: undefined };
        this.#at += 1;
        text.push(escaped);
      } else {
        text.push(char);
      }
    }
  }

  /** Undefined at the end. */
  peek(): string | undefined {
    return this.#chars[this.#at];
  }

  /** Takes one character, if it is next. */
  takes(char: string): boolean {
    if (this.peek() !== char) return false;
    this.#at += 1;
    return true;
  }

  /** Takes spaces, and a comma that follows them. @returns whether a value ended there: at a comma or at the end */
  takesBlank(): boolean {
    for (;;) {
      const char = this.peek();
      if (char === undefined || this.takes(',')) return true;
      if (!/^[\s\u0085]$/.test(char) || char === '\ufeff') return false;
      this.#at += 1;
    }
  }

  /** All that is left. */
  rest(): string {
    return this.#chars.slice(this.#at).join('');
  }

  /** Passes over a text that is next. */
  skip(text: string): void {
    this.#at += Array.from(text).length;
  }
}
