import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packValues, sizeOfValues, unpackValues } from './packed-values.ts';

it('packed values are what was put in, and as large', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 5 });
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(texts, texts), { selector: ([key]) => key, maxLength: 5 }), (entries) => {
      const packed = structuredClone(packValues(new Map(entries)));

      expect(Array.from(unpackValues(packed), ([key, value]) => [key, Buffer.from(value.reveal()).toString()])).toEqual(entries);
      expect(sizeOfValues(packed)).toBe(Buffer.byteLength(entries.flat().join('')));
    }),
  );
});
