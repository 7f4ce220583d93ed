import type { FunctionMap } from '../value/go-function.ts';
import { meteredFunction, text } from '../value/go-function.ts';
import { fromRune, runeAt, runes } from '../value/byte-string.ts';
import { toLowerRune, toUpperRune } from '../value/rune-case.ts';
import { isUpper } from '../value/rune-class.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { CallContext } from '../value/value.ts';
import type { Word, WordKind } from './split-words.ts';
import { isConnector, splitWords } from './split-words.ts';

/** Functions that write the words of an identifier another way. */
export const wordCase: FunctionMap = new Map([
  ['snakecase', joining('_')],
  ['kebabcase', joining('-')],
  ['camelcase', meteredFunction([text], text, toPascalCase)],
]);

function joining(connector: string) {
  return meteredFunction([text], text, (context, value) => {
    charge(context, value);
    return new LowerWords(value, connector).join();
  });
}

function charge(context: CallContext, value: string): void {
  context.meter.step(value.length / 4);
  context.meter.allocate(value.length * 8);
}

/** Words in lower case, with a connector between those that touch. */
class LowerWords {
  readonly #text: string;
  readonly #connector: string;
  readonly #words: Iterator<Word>;
  readonly #out = new TextBuilder();
  #word: Word;

  constructor(value: string, connector: string) {
    this.#text = value;
    this.#connector = connector;
    this.#words = splitWords(value);
    this.#word = { kind: 'none', start: 0, end: 0 };
    this.#advance();
  }

  join(): string {
    while (this.#word.end < this.#text.length) {
      const word = this.#word;
      if (word.kind !== 'connector') this.#write(word);
      this.#advance();
      this.#between(word);
    }
    this.#write(this.#word);
    return this.#out.text();
  }

  /** What goes between a word and the one after it, which is the current one; numbers belong to the words around them. */
  #between(before: Word): void {
    if (before.kind === 'connector') this.#write(before);
    else if (before.kind === 'number') {
      this.#writeAlphanumeric();
      this.#connectUnless('none', 'punctuation', 'connector');
    } else if (before.kind !== 'punctuation') this.#afterLetters();
  }

  #afterLetters(): void {
    const number = this.#word;
    if (number.kind !== 'number') {
      this.#connectUnless('connector', 'punctuation');
      return;
    }
    // at the end a number belongs to the word before it
    if (number.end === this.#text.length) return;
    this.#advance();
    if (this.#word.kind !== 'small') {
      this.#write(number);
      this.#connectUnless('connector', 'punctuation');
      return;
    }
    // small letters after it take it to themselves
    this.#out.add(this.#connector);
    this.#write(number);
    this.#writeAlphanumeric();
    this.#connectUnless('none', 'connector', 'punctuation');
  }

  #writeAlphanumeric(): void {
    while (this.#word.kind === 'small' || this.#word.kind === 'number') {
      this.#write(this.#word);
      this.#advance();
    }
  }

  #connectUnless(...kinds: readonly WordKind[]): void {
    if (!kinds.includes(this.#word.kind)) this.#out.add(this.#connector);
  }

  #advance(): void {
    const next = this.#words.next();
    const { length } = this.#text;
    this.#word = next.done === true ? { kind: 'none', start: length, end: length } : next.value;
  }

  #write({ kind, start, end }: Word): void {
    const word = this.#text.slice(start, end);
    if (kind !== 'upper' && kind !== 'connector') this.#out.add(word);
    else for (const { rune } of runes(word)) this.#out.add(isConnector(rune) ? this.#connector : fromRune(isUpper(rune) ? toLowerRune(rune) : rune));
  }
}

/** `some_words` to `SomeWords`: connectors at the beginning stay, and one of several between words is lost. */
function toPascalCase(context: CallContext, value: string): string {
  charge(context, value);
  const out = new TextBuilder();
  let index = 0;
  let rune = 0;
  const read = (): void => {
    const found = runeAt(value, index);
    index += found.size;
    rune = found.rune;
  };
  if (value === '') return '';
  for (read(); isConnector(rune) && index < value.length; read()) out.add(fromRune(rune));
  // of connectors alone the last is written twice
  if (isConnector(rune)) {
    out.add(fromRune(rune).repeat(2));
    return out.text();
  }
  // after a capital, the capitals that follow become small
  let afterCapital = isUpper(rune);
  rune = toUpperRune(rune);
  while (index < value.length) {
    const before = rune;
    read();
    const startsWord = isConnector(before) && !isConnector(rune);
    if (startsWord) {
      afterCapital = isUpper(rune);
      rune = toUpperRune(rune);
      continue;
    }
    if (!isConnector(before)) {
      afterCapital &&= isUpper(rune);
      if (afterCapital) rune = toLowerRune(rune);
    }
    out.add(fromRune(before));
  }
  out.add(fromRune(rune));
  return out.text();
}
