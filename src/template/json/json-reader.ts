import { FunctionError } from '../template-error.ts';
import { checkDepth } from '../value/depth.ts';
import { dict, list } from '../value/go-type.ts';
import { listBytes, mapBytes } from '../value/size-of.ts';
import type { Meter, Value } from '../value/value.ts';
import { jsonSyntaxError } from './json-syntax-error.ts';
import { unquoteJson } from './unquote-json.ts';

const words: ReadonlyMap<string, readonly [word: string, value: Value]> = new Map([
  ['t', ['true', true]],
  ['f', ['false', false]],
  ['n', ['null', undefined]],
]);

const stringEnd = /["\\]/g;
const controlCharacters = 0x20;

/** Reads one JSON text. Where it is malformed, the first wrong byte is what Go finds wrong, in Go's words. */
export class JsonReader {
  /** The first number that no float64 holds; it reads as nil. */
  rangeError: FunctionError | undefined;
  readonly #text: string;
  readonly #meter: Meter;
  #at = 0;
  #depth = 0;

  constructor(text: string, meter: Meter) {
    this.#text = text;
    this.#meter = meter;
  }

  read(): Value {
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) this.#fail('after top-level value');
    return value;
  }

  #value(): Value {
    this.#meter.step();
    this.#meter.allocate(16);
    this.#skipSpace();
    const first = this.#text.charAt(this.#at);
    if (first === '') this.#fail('');
    if (first === '{') return this.#nested(mapBytes, () => this.#object());
    if (first === '[') return this.#nested(listBytes, () => this.#array());
    if (first === '"') return this.#string();
    if (first === '-' || isDigit(first)) return this.#number();
    const word = words.get(first);
    return word === undefined ? this.#fail('looking for beginning of value') : this.#word(...word);
  }

  #nested(bytes: number, read: () => Value): Value {
    this.#meter.allocate(bytes);
    this.#depth += 1;
    checkDepth(this.#depth);
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): Value {
    const entries = new Map<string, Value>();
    this.#skipSpace();
    if (this.#takes('}')) return dict(entries);
    for (;;) {
      this.#skipSpace();
      if (this.#at < this.#text.length && this.#text.charAt(this.#at) !== '"') this.#fail('looking for beginning of object key string');
      if (this.#at === this.#text.length) this.#fail('');
      const key = this.#string();
      this.#skipSpace();
      if (!this.#takes(':')) this.#failAfter('after object key');
      entries.set(key, this.#value());
      this.#skipSpace();
      if (this.#takes('}')) return dict(entries);
      if (!this.#takes(',')) this.#failAfter('after object key:value pair');
    }
  }

  #array(): Value {
    const items: Value[] = [];
    this.#skipSpace();
    if (this.#takes(']')) return list(items);
    for (;;) {
      items.push(this.#value());
      this.#skipSpace();
      if (this.#takes(']')) return list(items);
      if (!this.#takes(',')) this.#failAfter('after array element');
    }
  }

  #string(): string {
    const start = this.#at + 1;
    for (this.#at = start; ; ) {
      stringEnd.lastIndex = this.#at;
      const end = stringEnd.exec(this.#text)?.index ?? this.#text.length;
      for (; this.#at < end; this.#at += 1) if (this.#text.charCodeAt(this.#at) < controlCharacters) this.#fail('in string literal');
      if (end === this.#text.length) this.#fail('');
      if (this.#text.charAt(end) === '"') break;
      this.#escape();
    }
    this.#at += 1;
    return unquoteJson(this.#text.slice(start, this.#at - 1), this.#meter);
  }

  #escape(): void {
    this.#at += 1;
    const kind = this.#text.charAt(this.#at);
    if (kind === '' || !'bfnrt\\/"u'.includes(kind)) this.#fail('in string escape code');
    this.#at += 1;
    if (kind !== 'u') return;
    for (const end = this.#at + 4; this.#at < end; this.#at += 1) {
      if (!/^[0-9a-fA-F]$/.test(this.#text.charAt(this.#at))) this.#fail(String.raw`in \u hexadecimal character escape`);
    }
  }

  #number(): Value {
    const start = this.#at;
    this.#takes('-');
    if (!this.#takes('0') && !this.#digits()) this.#fail('in numeric literal');
    if (this.#takes('.') && !this.#digits()) this.#fail('after decimal point in numeric literal');
    if (this.#takes('e') || this.#takes('E')) {
      if (!this.#takes('+')) this.#takes('-');
      if (!this.#digits()) this.#fail('in exponent of numeric literal');
    }
    const literal = this.#text.slice(start, this.#at);
    const value = Number(literal);
    if (Number.isFinite(value)) return value;
    this.#meter.allocate(literal.length);
    const detail = `json: cannot unmarshal number ${literal} into Go value of type float64`;
    this.rangeError ??= new FunctionError('a JSON number is out of the range of float64', detail);
    return undefined;
  }

  #digits(): boolean {
    const start = this.#at;
    while (isDigit(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#at > start;
  }

  #word(word: string, value: Value): Value {
    for (const char of word) if (!this.#takes(char)) this.#fail(`in literal ${word} (expecting '${char}')`);
    return value;
  }

  #takes(char: string): boolean {
    if (this.#text.charAt(this.#at) !== char) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  /** Between tokens the end of the text is what is wrong, if it is there. */
  #failAfter(place: string): never {
    return this.#fail(this.#at < this.#text.length ? place : '');
  }

  /** @param place where the wrong character stands, in Go's words; empty where the text ends */
  #fail(place: string): never {
    throw jsonSyntaxError(this.#text, this.#at, place);
  }
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9' && char !== '';
}
