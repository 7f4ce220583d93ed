import { fromRune } from '../../../../../template/value/byte-string.ts';
import type { Meter } from '../../../../../template/value/value.ts';
import { TomlError } from './toml-error.ts';

const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['t', '\t'],
  ['n', '\n'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  ['"', '"'],
  ['\\', '\\'],
]);

/** Where a reader of TOML stands in its text, a byte string: blanks, keys and strings. */
export class TomlScanner {
  readonly meter: Meter;
  readonly #text: string;
  #at = 0;

  constructor(text: string, meter: Meter) {
    this.#text = text;
    this.meter = meter;
  }

  fail(problem: string): never {
    throw new TomlError(problem, this.#text.slice(0, this.#at).split('\n').length);
  }

  peek(length = 1): string {
    return this.#text.slice(this.#at, this.#at + length);
  }

  /** Passes a text, if it is next. */
  takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  expect(text: string, where: string): void {
    if (!this.takes(text)) this.fail(`expected '${text}' ${where}`);
  }

  /** What a sticky pattern matches here. */
  match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    this.meter.step(1 + found.length / 100);
    return found;
  }

  blanks(): void {
    this.match(/[ \t]*/y);
  }

  /** Blanks, line feeds and comments. */
  lines(): void {
    this.match(/(?:[ \t\n]|\r\n|#[^\n]*)*/y);
  }

  lineEnd(): void {
    this.match(/[ \t]*(?:#[^\n]*)?/y);
    if (this.peek() === '' || this.takes('\n') || this.takes('\r\n')) return;
    this.fail('expected a line feed after a value or table');
  }

  /** A key with dots. */
  key(): readonly string[] {
    const parts = [this.#keyPart()];
    this.blanks();
    while (this.takes('.')) {
      this.blanks();
      parts.push(this.#keyPart());
      this.blanks();
    }
    return parts;
  }

  #keyPart(): string {
    if (this.peek() === '"' || this.peek() === "'") return this.#oneLine(this.peek());
    const bare = this.match(/[A-Za-z0-9_-]+/y);
    return bare === '' ? this.fail('expected a key') : bare;
  }

  /** A string in quotes of any kind. */
  string(): string {
    const quote = this.peek();
    const text = this.takes(quote.repeat(3)) ? this.#severalLines(quote) : this.#oneLine(quote);
    this.meter.allocate(text.length);
    return text;
  }

  #oneLine(quote: string): string {
    this.takes(quote);
    let text = '';
    for (;;) {
      text += this.match(quote === '"' ? /[^"\\\n]+/y : /[^'\n]+/y);
      if (this.takes(quote)) return text;
      if (!this.takes('\\')) this.fail('a string does not end on its line');
      text += this.#escape();
    }
  }

  #severalLines(quote: string): string {
    if (!this.takes('\n')) this.takes('\r\n');
    let text = '';
    for (;;) {
      text += this.match(quote === '"' ? /[^"\\]+/y : /[^']+/y);
      if (this.takes(quote.repeat(3))) return text + this.match(quote === '"' ? /"{0,2}/y : /'{0,2}/y);
      if (this.takes(quote)) text += quote;
      else if (!this.takes('\\')) this.fail('a string does not end');
      else if (this.match(/[ \t]*\r?\n[ \t\r\n]*/y) === '') text += this.#escape();
    }
  }

  #escape(): string {
    const kind = this.peek();
    this.takes(kind);
    const short = escapes.get(kind);
    if (short !== undefined) return short;
    const digits = kind === 'x' ? this.match(/[0-9a-fA-F]{2}/y) : kind === 'u' ? this.match(/[0-9a-fA-F]{4}/y) : kind === 'U' ? this.match(/[0-9a-fA-F]{8}/y) : '';
    return digits === '' ? this.fail('there is no such escape') : fromRune(Number.parseInt(digits, 16));
  }
}
