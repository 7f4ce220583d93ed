import { expect, test } from 'vitest';
import { isPrintable } from './printable.ts';

test('the printable code points are as many as in Unicode 15.0, and all of them are marks, letters, numbers, punctuation or symbols', () => {
  const form = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
  let count = 0;
  const wrong: number[] = [];
  for (let rune = 0; rune <= 0x10ffff; rune += 1) {
    if (!isPrintable(rune)) continue;
    count += 1;
    if (!form.test(String.fromCodePoint(rune))) wrong.push(rune);
  }

  expect(count).toBe(148_998);
  expect(wrong).toEqual([]);
});

test('of the spaces, only that of ASCII can be printed', () => {
  expect(isPrintable(0x20)).toBe(true);
  expect([0x09, 0x7f, 0xa0, 0x2003, 0x3000].filter(isPrintable)).toEqual([]);
});

test('a soft hyphen, surrogates, private and unassigned runes cannot be printed', () => {
  expect([0xad, 0xd800, 0xe000, 0xffff, 0x0378, 0x10ffff, 0x110000].filter(isPrintable)).toEqual([]);
});
