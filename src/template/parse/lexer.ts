import { fromRune, runeAt } from '../value/byte-string.ts';
import { isDigit, isLetter } from '../value/rune-class.ts';
import { isPrintable } from '../format/printable.ts';
import { quote } from '../format/quote.ts';
import type { Token, TokenKind } from './token.ts';
import { keywords } from './token.ts';

/** What begins and ends an action; an empty one stands for the usual one, as in Go. */
export type Delimiters = readonly [left: string, right: string];

const defaultDelimiters: Delimiters = ['{{', '}}'];

/**
 * Splits a template into tokens by the rules of Go's text/template: text and actions, trim markers, comments. Works on bytes; what
 * cannot be a token ends the list with an error token, as Go's lexer ends there.
 */
export function tokenize(source: string, delimiters: Delimiters = defaultDelimiters): readonly Token[] {
  return new Lexer(source, delimiters).run();
}

class LexError extends Error {}

const spaces = ' \t\r\n';
const trimmable = /[ \t\r\n]/;

function isSpace(char: string): boolean {
  return char !== '' && spaces.includes(char);
}

class Lexer {
  readonly #source: string;
  readonly #left: string;
  readonly #right: string;
  readonly #tokens: Token[] = [];
  /** Where the present token starts, and the line of that place. */
  #start = 0;
  #line = 1;
  #pos = 0;
  /** The first line feed that has not been counted; negative where there is none. */
  #newline: number;

  constructor(source: string, [left, right]: Delimiters) {
    this.#source = source;
    this.#newline = source.indexOf('\n');
    this.#left = left === '' ? defaultDelimiters[0] : left;
    this.#right = right === '' ? defaultDelimiters[1] : right;
  }

  run(): readonly Token[] {
    try {
      while (this.#pos < this.#source.length) this.#textThenAction();
      this.#emit('eof');
    } catch (error) {
      if (!(error instanceof LexError)) throw error;
      this.#tokens.push({ kind: 'error', text: error.message, pos: this.#start, line: this.#line });
    }
    return this.#tokens;
  }

  #emit(kind: TokenKind): void {
    const text = kind === 'eof' ? 'EOF' : this.#source.slice(this.#start, this.#pos);
    this.#tokens.push({ kind, text, pos: this.#start, line: this.#line });
    this.#ignore();
  }

  /** Skips what has been passed. */
  #ignore(): void {
    for (; this.#newline >= 0 && this.#newline < this.#pos; this.#newline = this.#source.indexOf('\n', this.#newline + 1)) this.#line += 1;
    this.#start = this.#pos;
  }

  #fail(message: string): never {
    throw new LexError(message);
  }

  /** The byte at the position, '' at the end. */
  #peek(): string {
    return this.#source.charAt(this.#pos);
  }

  #textThenAction(): void {
    const found = this.#source.indexOf(this.#left, this.#pos);
    const end = found < 0 ? this.#source.length : found;
    const isTrimmed = found >= 0 && this.#isLeftTrim(found + this.#left.length);
    let keep = end;
    if (isTrimmed) while (keep > this.#pos && trimmable.test(this.#source.charAt(keep - 1))) keep -= 1;
    if (keep > this.#start) {
      this.#pos = keep;
      this.#emit('text');
    }
    this.#pos = end;
    this.#ignore();
    if (found >= 0) this.#leftDelim(isTrimmed);
  }

  #isLeftTrim(at: number): boolean {
    return this.#source.charAt(at) === '-' && isSpace(this.#source.charAt(at + 1));
  }

  #leftDelim(isTrimmed: boolean): void {
    this.#pos += this.#left.length;
    const marker = isTrimmed ? 2 : 0;
    if (this.#source.startsWith('/*', this.#pos + marker)) {
      this.#pos += marker;
      this.#ignore();
      this.#comment();
      return;
    }
    this.#emit('leftDelim');
    this.#pos += marker;
    this.#ignore();
    this.#insideAction();
  }

  #comment(): void {
    const end = this.#source.indexOf('*/', this.#pos + 2);
    if (end < 0) this.#fail('unclosed comment');
    this.#pos = end + 2;
    const delim = this.#rightDelimAt(this.#pos);
    if (delim === undefined) this.#fail('comment ends before closing delimiter');
    this.#pos += delim.marker + this.#right.length;
    if (delim.marker > 0) this.#skipSpaces();
    this.#ignore();
  }

  /** The right delimiter at a position, with the length of its trim marker; undefined where there is none. */
  #rightDelimAt(at: number): { readonly marker: 0 | 2 } | undefined {
    const isTrimmed = isSpace(this.#source.charAt(at)) && this.#source.charAt(at + 1) === '-' && this.#source.startsWith(this.#right, at + 2);
    if (isTrimmed) return { marker: 2 };
    return this.#source.startsWith(this.#right, at) ? { marker: 0 } : undefined;
  }

  #skipSpaces(): void {
    while (isSpace(this.#peek())) this.#pos += 1;
  }

  /** Everything up to and including the right delimiter. */
  #insideAction(): void {
    let depth = 0;
    for (;;) {
      const delim = this.#rightDelimAt(this.#pos);
      if (delim !== undefined) {
        if (depth > 0) this.#fail('unclosed left paren');
        this.#rightDelim(delim.marker);
        return;
      }
      const char = this.#peek();
      if (char === '(') depth += 1;
      if (char === ')') depth -= 1;
      if (depth < 0) {
        this.#pos += 1;
        this.#fail('unexpected right paren');
      }
      this.#actionToken(char);
    }
  }

  #rightDelim(marker: 0 | 2): void {
    this.#pos += marker;
    this.#ignore();
    this.#pos += this.#right.length;
    this.#emit('rightDelim');
    if (marker > 0) this.#skipSpaces();
    this.#ignore();
  }

  #actionToken(char: string): void {
    if (char === '') this.#fail('unclosed action');
    if (isSpace(char)) return this.#space();
    if (char === '"' || char === "'") return this.#quoted(char);
    if (char === '`') return this.#rawQuoted();
    if (/[0-9+-]/.test(char) || (char === '.' && /^[0-9]?$/.test(this.#source.charAt(this.#pos + 1)))) return this.#number();
    if (this.#isAlphaNumeric()) return this.#word('identifier');
    this.#pos += 1;
    switch (char) {
      case '=':
        return this.#emit('assign');
      case ':':
        if (this.#peek() !== '=') this.#fail('expected :=');
        this.#pos += 1;
        return this.#emit('declare');
      case '|':
        return this.#emit('pipe');
      case '(':
        return this.#emit('leftParen');
      case ')':
        return this.#emit('rightParen');
      case '.':
        return this.#word('field');
      case '$':
        return this.#word('variable');
      default:
        if (char < ' ' || char > '~') this.#fail(`unrecognized character in action: ${this.#describeRune(this.#pos - 1)}`);
        return this.#emit('char');
    }
  }

  /** A run of spaces, save one that belongs to a trimming right delimiter. */
  #space(): void {
    while (isSpace(this.#peek()) && this.#rightDelimAt(this.#pos)?.marker !== 2) this.#pos += 1;
    if (this.#pos > this.#start) this.#emit('space');
  }

  #quoted(delimiter: '"' | "'"): void {
    const what = delimiter === '"' ? 'unterminated quoted string' : 'unterminated character constant';
    for (this.#pos += 1; this.#peek() !== delimiter; this.#pos += 1) {
      if (this.#peek() === '\\') this.#pos += 1;
      if (this.#peek() === '' || this.#peek() === '\n') this.#fail(what);
    }
    this.#pos += 1;
    this.#emit(delimiter === '"' ? 'string' : 'charConstant');
  }

  #rawQuoted(): void {
    const end = this.#source.indexOf('`', this.#pos + 1);
    if (end < 0) this.#fail('unterminated raw quoted string');
    this.#pos = end + 1;
    this.#emit('rawString');
  }

  /** An identifier or keyword, a field or dot, a variable: what begins with a dot or dollar has been passed by one. */
  #word(kind: 'identifier' | 'field' | 'variable'): void {
    const isBare = kind !== 'identifier' && this.#atTerminator();
    if (!isBare) while (this.#isAlphaNumeric()) this.#pos += this.#runeSize();
    if (!this.#atTerminator()) this.#fail(`bad character ${this.#describeRune(this.#pos)}`);
    const word = this.#source.slice(this.#start, this.#pos);
    if (kind === 'field' && isBare) return this.#emit('dot');
    if (kind !== 'identifier') return this.#emit(kind);
    this.#emit(word === 'true' || word === 'false' ? 'bool' : (keywords.get(word) ?? 'identifier'));
  }

  /** Whether what comes next may follow a word. */
  #atTerminator(): boolean {
    const char = this.#peek();
    return char === '' || isSpace(char) || '.,|:)('.includes(char) || this.#source.startsWith(this.#right, this.#pos);
  }

  #number(): void {
    const isNumber = this.#scanNumber();
    if (!isNumber) this.#fail(`bad number syntax: ${quote(this.#source.slice(this.#start, this.#pos))}`);
    if (this.#peek() !== '+' && this.#peek() !== '-') return this.#emit('number');
    if (!this.#scanNumber() || this.#source.charAt(this.#pos - 1) !== 'i') {
      this.#fail(`bad number syntax: ${quote(this.#source.slice(this.#start, this.#pos))}`);
    }
    return this.#emit('complex');
  }

  /** Passes what looks like a number; whether it is one is for the parser to say. */
  #scanNumber(): boolean {
    const pattern = /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
    pattern.lastIndex = this.#pos;
    this.#pos += pattern.exec(this.#source)?.[0].length ?? 0;
    if (!this.#isAlphaNumeric()) return true;
    this.#pos += this.#runeSize();
    return false;
  }

  #runeSize(): number {
    return runeAt(this.#source, this.#pos).size;
  }

  #isAlphaNumeric(): boolean {
    const char = this.#peek();
    if (char === '') return false;
    if (char < '\x80') return /[a-zA-Z0-9_]/.test(char);
    const { rune } = runeAt(this.#source, this.#pos);
    return isLetter(rune) || isDigit(rune);
  }

  /** A rune as `%#U` prints it. */
  #describeRune(at: number): string {
    if (at >= this.#source.length) return 'U+FFFFFFFFFFFFFFFF';
    const { rune } = runeAt(this.#source, at);
    const code = `U+${rune.toString(16).toUpperCase().padStart(4, '0')}`;
    return isPrintable(rune) ? `${code} '${fromRune(rune)}'` : code;
  }
}

