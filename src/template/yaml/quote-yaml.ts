import { runes } from '../value/byte-string.ts';
import { isBreak } from './read/characters.ts';
import { isPrintable } from './scalar-shape.ts';

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x00, '\\0'],
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x1b, '\\e'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x85, '\\N'],
  [0xa0, '\\_'],
  [0x2028, '\\L'],
  [0x2029, '\\P'],
]);

/** What a string is in double quotes, character by character and without the quotes. */
export function* doubleQuotedUnits(text: string): Generator<string> {
  // a string that begins with a byte order mark has all its characters escaped: go-yaml looks for the mark in the wrong place
  const escapesAll = text.startsWith('\u00ef\u00bb\u00bf');
  for (const { rune, size, index } of runes(text)) {
    const isEscaped = escapesAll || !isPrintable(rune) || isBreak(rune) || rune === 0x22 || rune === 0x5c;
    yield isEscaped ? (shortEscapes.get(rune) ?? numericEscape(rune)) : text.slice(index, index + size);
  }
}

/** What a string is in single quotes, without them. */
export function* singleQuotedUnits(text: string): Generator<string> {
  for (const unit of plainUnits(text)) yield unit === "'" ? "''" : unit;
}

export function* plainUnits(text: string): Generator<string> {
  for (const { size, index } of runes(text)) yield text.slice(index, index + size);
}

function numericEscape(rune: number): string {
  const [letter, digits] = rune <= 0xff ? (['x', 2] as const) : rune <= 0xffff ? (['u', 4] as const) : (['U', 8] as const);
  return `\\${letter}${rune.toString(16).toUpperCase().padStart(digits, '0')}`;
}
