import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { occurringTexts } from './occurring-texts.ts';

describe('occurringTexts', () => {
  it('keeps each text that stands in one of the others, once, and of the rest none', () => {
    expect(occurringTexts(['hunter2', 'hunter3', 'hunter2', 'two\nlines', 'é', ''], ['x hunter2 y', 'a two\nlines', 'café'])).toEqual(['hunter2', 'two\nlines', 'é']);
  });

  it('loses none, whatever they are', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\n', '\u{1f511}'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text), fc.array(text), (texts, within) => {
        const found = new Set(occurringTexts(texts, within));

        for (const one of texts) if (within.some((other) => other.includes(one))) expect(found).toContain(one);
      }),
    );
  });
});
