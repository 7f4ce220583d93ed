import { runeAt } from '../value/byte-string.ts';
import { isBreak } from './read/characters.ts';

/** In which styles libyaml's emitter may write a string outside of brackets. */
export interface ScalarShape {
  readonly isMultiline: boolean;
  readonly plain: boolean;
  readonly singleQuoted: boolean;
  readonly literal: boolean;
}

const emptyShape: ScalarShape = { isMultiline: false, plain: true, singleQuoted: true, literal: false };

/** Names, numbers, base64: nothing to look for character by character, however long it is. */
const bareWord = /^[A-Za-z0-9][\w+/=.-]*$/;
const bareShape: ScalarShape = { ...emptyShape, literal: true };

/** What may not begin a plain scalar. */
const openingIndicators = '#,[]{}&*!|>\'"%@`';

/** @param text a byte string of valid UTF-8 */
export function shapeOf(text: string): ScalarShape {
  if (text === '') return emptyShape;
  if (bareWord.test(text)) return bareShape;
  const seen = new ShapeReader(text).read();
  return {
    isMultiline: seen.hasBreak,
    plain: !(seen.hasIndicator || seen.hasBreak || seen.isSpecial || seen.breakThenSpace || seen.startsBlank || seen.endsBlank),
    singleQuoted: !(seen.isSpecial || seen.breakThenSpace || seen.spaceThenBreak),
    literal: !(seen.isSpecial || seen.spaceThenBreak || seen.endsWithSpace),
  };
}

class ShapeReader {
  hasIndicator: boolean;
  hasBreak = false;
  /** Has something that only an escape can say. */
  isSpecial = false;
  breakThenSpace = false;
  spaceThenBreak = false;
  startsBlank = false;
  endsBlank = false;
  endsWithSpace = false;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.hasIndicator = text.startsWith('---') || text.startsWith('...');
  }

  read(): this {
    let previous: 'space' | 'break' | undefined;
    let followsBlank = true;
    for (let index = 0; index < this.#text.length; ) {
      const { rune, size } = runeAt(this.#text, index);
      const end = index + size;
      this.hasIndicator ||= this.#isIndicator(rune, index, end, followsBlank);
      this.isSpecial ||= !isPrintable(rune);
      const kind = rune === 0x20 ? 'space' : isBreak(rune) ? 'break' : undefined;
      if (kind !== undefined) this.#seeBlank(kind, previous, index, end);
      previous = kind;
      followsBlank = kind !== undefined || rune === 0x09 || rune === 0;
      index = end;
    }
    return this;
  }

  #seeBlank(kind: 'space' | 'break', previous: 'space' | 'break' | undefined, index: number, end: number): void {
    const isLast = end === this.#text.length;
    this.startsBlank ||= index === 0;
    this.endsBlank ||= isLast;
    this.endsWithSpace ||= isLast && kind === 'space';
    this.hasBreak ||= kind === 'break';
    this.breakThenSpace ||= kind === 'space' && previous === 'break';
    this.spaceThenBreak ||= kind === 'break' && previous === 'space';
  }

  #isIndicator(rune: number, index: number, end: number, followsBlank: boolean): boolean {
    if (rune >= 0x80) return false;
    const char = String.fromCharCode(rune);
    const isFollowedByBlank = end === this.#text.length || /^[ \t]/.test(this.#text.charAt(end));
    if (char === ':') return isFollowedByBlank;
    if (index === 0) return openingIndicators.includes(char) || ((char === '?' || char === '-') && isFollowedByBlank);
    return char === '#' && followsBlank;
  }
}

/** What go-yaml v2 writes as it is; it escapes all beyond the basic plane. */
export function isPrintable(rune: number): boolean {
  if (rune < 0xa0) return rune === 0x0a || (rune >= 0x20 && rune <= 0x7e);
  return (rune <= 0xd7ff || (rune >= 0xe000 && rune <= 0xfffd)) && rune !== 0xfeff;
}
