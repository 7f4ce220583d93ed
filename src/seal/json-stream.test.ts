import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitJson } from './json-stream.ts';

describe('JSON values one after the other', () => {
  it('come apart as they were put together, whatever is in them, with the line that each begins on', () => {
    const values = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(values, fc.constantFrom('', ' ', '\n', '\n\n'), fc.constantFrom(0, 2), (all, between, indent) => {
        const texts = all.map((value) => JSON.stringify(value, null, indent));
        const pieces = splitJson(texts.join(between)) ?? [];
        expect(pieces.map(({ text }) => text)).toEqual(texts);
        expect(pieces.map(({ line, from }) => [line, from])).toEqual(texts.map((_, index) => {
          const before = texts.slice(0, index).map((text) => text + between).join('');
          return [before.split('\n').length, before.length];
        }));
      }),
    );
  });

  it.each(['', 'a: b', '[1]', '{"a":1', '{"a":1}}', '{"a":1} canary', '{"a":1} ['])('are not made of %j', (text) => {
    expect(splitJson(text)).toBeUndefined();
  });
});
