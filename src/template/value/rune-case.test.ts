import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isDigit, isLetter, isLower, isNumber, isPunct, isSpace, isTitle, isUpper } from './rune-class.ts';
import { toLowerRune, toTitleRune, toUpperRune } from './rune-case.ts';

describe('rune case and class', () => {
  it('maps one rune to one rune', () => {
    expect([0x61, 0xe9, 0xdf, 0x1c6, 0x10d0, 0x1fb3, 0x131].map(toUpperRune)).toEqual([0x41, 0xc9, 0xdf, 0x1c4, 0x1c90, 0x1fbc, 0x49]);
    expect([0x41, 0xc9, 0x130, 0x1c4, 0x212a, 0x3a3].map(toLowerRune)).toEqual([0x61, 0xe9, 0x69, 0x1c6, 0x6b, 0x3c3]);
    expect([0x61, 0x1c4, 0x1c6, 0x10d0, 0x1fb3].map(toTitleRune)).toEqual([0x41, 0x1c5, 0x1c5, 0x10d0, 0x1fbc]);
  });

  // the digest is of what Go 1.26 prints for the same loop; it fails when a new Node brings a Unicode that the exceptions do not cover
  it('agrees with Go on every rune', { timeout: 60_000 }, () => {
    const tests = [isUpper, isLower, isTitle, isLetter, isDigit, isNumber, isPunct, isSpace];
    const hash = createHash('sha256');
    for (let rune = 0; rune <= 0x10ffff; rune += 1) {
      const flags = tests.reduce((sum, test, bit) => sum | (test(rune) ? 1 << bit : 0), 0);
      const cases = [toUpperRune(rune), toLowerRune(rune), toTitleRune(rune)];
      if (flags !== 0 || cases.some((other) => other !== rune)) hash.update(`${rune} ${cases.join(' ')} ${flags}\n`);
    }
    expect(hash.digest('hex')).toBe('238b88925c3056ab63cfc37d75b3bf4748a8cfff80411409de623d70c9ffe9fd');
  });
});
