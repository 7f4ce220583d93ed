import type { Characters } from './code-points.ts';
import { code, end, isBlank, isBlankOrEnd, isBreak, isBreakOrEnd } from './characters.ts';
import type { GoYamlError } from './go-yaml-error.ts';
import { scanError } from './go-yaml-error.ts';

/** A place in the text, all counted from 0. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

const mostAtOnce = 8192;

/** The text, and how far it has been read. */
export class Source {
  index = 0;
  line = 0;
  column = 0;
  readonly #codes: Uint32Array;
  readonly #text: string | undefined;

  constructor({ codes, text }: Characters) {
    this.#codes = codes;
    this.#text = text;
  }

  peek(offset = 0): number {
    return this.#codes[this.index + offset] ?? end;
  }

  at(char: string, offset = 0): boolean {
    return this.peek(offset) === code(char);
  }

  mark(): Mark {
    return { index: this.index, line: this.line, column: this.column };
  }

  skip(count = 1): void {
    this.index += count;
    this.column += count;
  }

  /** Goes on to the next line, if a line break stands here. @returns what the break stands for in a scalar */
  takeBreak(): string {
    const char = this.peek();
    if (!isBreak(char)) return '';
    this.index += char === 0x0d && this.peek(1) === 0x0a ? 2 : 1;
    this.line += 1;
    this.column = 0;
    return char === 0x2028 || char === 0x2029 ? String.fromCharCode(char) : '\n';
  }

  skipBlanks(): void {
    while (isBlank(this.peek())) this.skip();
  }

  /** Passes over what begins with `#`, to the end of the line. */
  skipComment(): void {
    if (!this.at('#')) return;
    while (!isBreakOrEnd(this.peek())) this.skip();
  }

  takeWhile(matches: (char: number) => boolean): string {
    const from = this.index;
    while (matches(this.peek())) this.skip();
    return this.slice(from);
  }

  /** What has been read since an index. */
  slice(from: number): string {
    if (this.#text !== undefined) return this.#text.slice(from, this.index);
    let text = '';
    for (let start = from; start < this.index; start += mostAtOnce) {
      text += String.fromCodePoint(...this.#codes.subarray(start, Math.min(start + mostAtOnce, this.index)));
    }
    return text;
  }

  /** Whether `---` or `...` stands here, at the start of a line and on its own. */
  isAtBorder(): boolean {
    if (this.column !== 0 || !isBlankOrEnd(this.peek(3))) return false;
    const first = this.peek();
    if (first !== code('-') && first !== code('.')) return false;
    return this.peek(1) === first && this.peek(2) === first;
  }

  /** An error at this place. @param from where the token begins that cannot be read */
  error(problem: string, from: Mark = this.mark()): GoYamlError {
    return scanError(problem, this.line, from.line);
  }
}
