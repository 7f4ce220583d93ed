import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable } from './printable.ts';
import { wrap } from './style.ts';

describe('wrap', () => {
  it('breaks between words, and leaves a word that is too long alone', () => {
    expect(wrap('one two three-four-five six', 8, '  ')).toBe('  one\n  two\n  three-four-five\n  six\n');
    expect(wrap('one two', Number.POSITIVE_INFINITY)).toBe('one two\n');
  });

  it('loses no word', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }), fc.integer({ min: 1, max: 40 }), (words, width) => {
      expect(wrap(words.join(' '), width).trimEnd().split(/\s/)).toEqual(words);
    }));
  });
});

describe('printable', () => {
  it('leaves nothing that a terminal would obey, wherever it stands', () => {
    const told = printable({ list: [{ text: 'a\u001b[2Jb\u0007' }], map: new Map([['k\n', 'v\u202e']]), number: 1, none: undefined });

    expect(told).toEqual({ list: [{ text: 'a?[2Jb?' }], map: new Map([['k?', 'v?']]), number: 1, none: undefined });
  });
});
