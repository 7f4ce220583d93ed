import { isYounger } from './rune-class.ts';

/**
 * Go's case mappings are simple: one rune becomes one rune. JavaScript's are full (`ß` becomes `SS`), so a mapping to several characters
 * counts as none, save where Unicode has a simple one beside it.
 */
const simpleUpper = new Map([
  ...between(0x1f80, 0x1f87, 8),
  ...between(0x1f90, 0x1f97, 8),
  ...between(0x1fa0, 0x1fa7, 8),
  ...between(0x1fb3, 0x1fb3, 9),
  ...between(0x1fc3, 0x1fc3, 9),
  ...between(0x1ff3, 0x1ff3, 9),
  // given capitals after Unicode 15
  ...between(0x19b, 0x19b, 0),
  ...between(0x264, 0x264, 0),
  ...between(0xa7d3, 0xa7d3, 0),
  ...between(0xa7d5, 0xa7d5, 0),
]);

/** `İ`, whose full mapping keeps the dot as a character of its own. */
const simpleLower = new Map([[0x130, 0x69]]);

/** The digraphs with a title case of their own. */
const titles = new Map([0x1c5, 0x1c8, 0x1cb, 0x1f2].flatMap((title) => [title - 1, title, title + 1].map((rune) => [rune, title])));

export function toUpperRune(rune: number): number {
  if (rune < 0x80) return rune >= 0x61 && rune <= 0x7a ? rune - 32 : rune;
  return simpleUpper.get(rune) ?? single(rune, (text) => text.toUpperCase());
}

export function toLowerRune(rune: number): number {
  if (rune < 0x80) return rune >= 0x41 && rune <= 0x5a ? rune + 32 : rune;
  return simpleLower.get(rune) ?? single(rune, (text) => text.toLowerCase());
}

export function toTitleRune(rune: number): number {
  // Georgian has capitals, which are not used for titles
  if ((rune >= 0x10d0 && rune <= 0x10fa) || (rune >= 0x10fd && rune <= 0x10ff)) return rune;
  return titles.get(rune) ?? toUpperRune(rune);
}

function single(rune: number, map: (text: string) => string): number {
  const mapped = map(String.fromCodePoint(rune));
  const first = mapped.codePointAt(0) ?? rune;
  return mapped.length > (first > 0xffff ? 2 : 1) || isYounger(rune) ? rune : first;
}

function between(first: number, last: number, distance: number): [number, number][] {
  return Array.from({ length: last - first + 1 }, (_, index) => [first + index, first + index + distance]);
}
