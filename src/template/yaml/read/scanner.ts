import { code, end, isBlank, isBlankOrEnd, isWord, oneOf } from './characters.ts';
import { scanBlock } from './scan-block.ts';
import { scanDirective } from './scan-directive.ts';
import { scanPlain } from './scan-plain.ts';
import { scanQuoted } from './scan-quoted.ts';
import { scanTag } from './scan-tag.ts';
import { SimpleKeys } from './simple-keys.ts';
import type { Mark } from './source.ts';
import type { Characters } from './code-points.ts';
import { Source } from './source.ts';
import { TokenQueue } from './token-queue.ts';
import type { Token } from './token.ts';

/** What never begins a scalar without quotes. */
const isIndicator = oneOf('-?:,[]{}#&*!|>\'"%@`');
const mayFollowName = oneOf('?:,]}%@`');

/** Splits YAML into tokens as libyaml does, of which go-yaml is a translation. It runs little ahead of the parser, which bounds how deep all nests. */
export class Scanner {
  readonly #source: Source;
  readonly #queue = new TokenQueue();
  readonly #keys: SimpleKeys;
  /** The column of the block that is open, and those of the blocks around it. */
  #indent = -1;
  readonly #indents: number[] = [];
  #flowLevel = 0;
  /** Whether a key could begin here. */
  #isKeyAllowed = true;

  constructor(characters: Characters) {
    this.#source = new Source(characters);
    this.#keys = new SimpleKeys(this.#source);
  }

  /** The next token. @throws GoYamlError */
  peek(): Token {
    while (this.#queue.isEmpty || this.#keys.mayBegin(this.#queue.first)) this.#fetch();
    const token = this.#queue.peek();
    if (token === undefined) throw new TypeError('there is always a token');
    return token;
  }

  take(): void {
    this.#queue.take();
  }

  #fetch(): void {
    const source = this.#source;
    this.#skipToToken();
    this.#closeBlocks(source.column);
    const char = source.peek();
    if (char === end) return this.#endStream();
    if (source.column === 0 && source.at('%')) return this.#fetchDirective();
    if (source.isAtBorder()) return this.#fetchBorder();
    if (this.#fetchPunctuation(String.fromCharCode(char))) return;
    if (this.#fetchNode(String.fromCharCode(char))) return;
    if (!this.#isPlain(char)) throw source.error('found character that cannot start any token');
    this.#fetchPlain();
  }

  #skipToToken(): void {
    const source = this.#source;
    for (;;) {
      // a tab does not indent
      while (source.at(' ') || ((this.#flowLevel > 0 || !this.#isKeyAllowed) && source.at('\t'))) source.skip();
      source.skipComment();
      if (source.takeBreak() === '') return;
      if (this.#flowLevel === 0) this.#isKeyAllowed = true;
    }
  }

  #fetchPunctuation(char: string): boolean {
    const isFollowedByBlank = isBlankOrEnd(this.#source.peek(1));
    switch (char) {
      case '[':
      case '{':
        this.#openBracket(char);
        return true;
      case ']':
      case '}':
        this.#closeBracket(char);
        return true;
      case ',':
        this.#keys.drop();
        this.#isKeyAllowed = true;
        this.#addIndicator(',');
        return true;
      case '-':
        if (isFollowedByBlank) this.#fetchEntry();
        return isFollowedByBlank;
      case '?':
        if (isFollowedByBlank || this.#flowLevel > 0) this.#fetchKey();
        return isFollowedByBlank || this.#flowLevel > 0;
      case ':':
        if (isFollowedByBlank || this.#flowLevel > 0) this.#fetchValue();
        return isFollowedByBlank || this.#flowLevel > 0;
      default:
        return false;
    }
  }

  #fetchNode(char: string): boolean {
    const start = this.#source.mark();
    switch (char) {
      case '*':
      case '&':
        this.#saveKey();
        this.#queue.add({ kind: char === '*' ? 'alias' : 'anchor', start, name: this.#scanName() });
        return true;
      case '!':
        this.#saveKey();
        this.#queue.add({ kind: 'tag', start, tag: scanTag(this.#source) });
        return true;
      case "'":
      case '"':
        this.#saveKey();
        this.#queue.add({ kind: 'scalar', start, text: scanQuoted(this.#source), isPlain: false });
        return true;
      case '|':
      case '>':
        if (this.#flowLevel > 0) return false;
        this.#keys.drop();
        this.#isKeyAllowed = true;
        this.#queue.add({ kind: 'scalar', start, text: scanBlock(this.#source, this.#indent), isPlain: false });
        return true;
      default:
        return false;
    }
  }

  #isPlain(char: number): boolean {
    const next = this.#source.peek(1);
    if (char === code('-')) return !isBlank(next);
    if (char === code('?') || char === code(':')) return this.#flowLevel === 0 && !isBlankOrEnd(next);
    return !isBlankOrEnd(char) && !isIndicator(char);
  }

  #fetchPlain(): void {
    const start = this.#source.mark();
    this.#saveKey();
    const { text, isFollowedByBreak } = scanPlain(this.#source, this.#indent + 1, this.#flowLevel > 0);
    this.#queue.add({ kind: 'scalar', start, text, isPlain: true });
    if (isFollowedByBreak) this.#isKeyAllowed = true;
  }

  #scanName(): string {
    const from = this.#source.mark();
    this.#source.skip();
    const name = this.#source.takeWhile(isWord);
    const next = this.#source.peek();
    if (name !== '' && (isBlankOrEnd(next) || mayFollowName(next))) return name;
    throw this.#source.error('did not find expected alphabetic or numeric character', from);
  }

  #openBracket(kind: '[' | '{'): void {
    this.#saveKey();
    this.#keys.open(this.#queue.next);
    this.#flowLevel += 1;
    this.#isKeyAllowed = true;
    this.#addIndicator(kind);
  }

  #closeBracket(kind: ']' | '}'): void {
    this.#keys.drop();
    if (this.#flowLevel > 0) {
      this.#flowLevel -= 1;
      this.#keys.close();
    }
    this.#isKeyAllowed = false;
    this.#addIndicator(kind);
  }

  #fetchEntry(): void {
    if (this.#flowLevel === 0) this.#openBlock('block list', 'block sequence entries are not allowed in this context');
    this.#keys.drop();
    this.#isKeyAllowed = true;
    this.#addIndicator('-');
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) this.#openBlock('block map', 'mapping keys are not allowed in this context');
    this.#keys.drop();
    this.#isKeyAllowed = this.#flowLevel === 0;
    this.#addIndicator('key');
  }

  #fetchValue(): void {
    const key = this.#keys.last;
    if (this.#keys.isValid(key)) {
      this.#queue.insert(key.number, { kind: 'key', start: key.mark });
      this.#indentTo(key.mark, 'block map', key.number);
      this.#keys.settle(key);
      this.#isKeyAllowed = false;
    } else {
      if (this.#flowLevel === 0) this.#openBlock('block map', 'mapping values are not allowed in this context');
      this.#isKeyAllowed = this.#flowLevel === 0;
    }
    this.#addIndicator('value');
  }

  #openBlock(kind: 'block list' | 'block map', problem: string): void {
    if (!this.#isKeyAllowed) throw this.#source.error(problem);
    this.#indentTo(this.#source.mark(), kind, this.#queue.next);
  }

  /** Opens a block where something stands deeper than the block around it. @param number of the token that it begins with */
  #indentTo(mark: Mark, kind: 'block list' | 'block map', number: number): void {
    if (this.#flowLevel > 0 || this.#indent >= mark.column) return;
    this.#indents.push(this.#indent);
    this.#indent = mark.column;
    this.#queue.insert(number, { kind, start: mark });
  }

  #closeBlocks(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#queue.add({ kind: 'block end', start: this.#source.mark() });
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #endStream(): void {
    const source = this.#source;
    if (source.column !== 0) {
      source.column = 0;
      source.line += 1;
    }
    this.#closeAll();
    this.#queue.add({ kind: 'stream end', start: source.mark() });
  }

  #fetchDirective(): void {
    this.#closeAll();
    const start = this.#source.mark();
    this.#queue.add({ kind: 'directive', start, directive: scanDirective(this.#source) });
  }

  #fetchBorder(): void {
    this.#closeAll();
    const start = this.#source.mark();
    const kind = this.#source.at('-') ? 'document start' : 'document end';
    this.#source.skip(3);
    this.#queue.add({ kind, start });
  }

  #closeAll(): void {
    this.#closeBlocks(-1);
    this.#keys.drop();
    this.#isKeyAllowed = false;
  }

  #saveKey(): void {
    const mark = this.#source.mark();
    const isRequired = this.#flowLevel === 0 && this.#indent === mark.column;
    if (this.#isKeyAllowed) this.#keys.save({ isPossible: true, isRequired, number: this.#queue.next, mark });
    this.#isKeyAllowed = false;
  }

  #addIndicator(kind: '[' | ']' | '{' | '}' | ',' | '-' | 'key' | 'value'): void {
    this.#queue.add({ kind, start: this.#source.mark() });
    this.#source.skip();
  }
}
