import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter, LineTooLongError } from './line-splitter.ts';

/** Cuts the bytes at the given places and pushes the pieces. */
function split(bytes: Buffer, cuts: readonly number[], limit = 1_000_000): { readonly lines: readonly string[]; readonly pending: number } {
  const splitter = new LineSplitter(limit);
  const lines: string[] = [];
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other), bytes.length];
  for (const [index, start] of places.slice(0, -1).entries()) for (const line of splitter.push(bytes.subarray(start, places[index + 1]))) lines.push(line.toString('utf8'));
  return { lines, pending: splitter.pending };
}

describe('a line splitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 20 })), fc.string({ maxLength: 5 }), fc.array(fc.nat(), { maxLength: 20 }), (texts, rest, cuts) => {
        const lines = texts.map((text) => text.replaceAll('\n', ' '));
        const tail = rest.replaceAll('\n', ' ');
        const bytes = Buffer.from([...lines, tail].join('\n'));

        expect(split(bytes, cuts)).toEqual({ lines: lines.filter((line) => line !== ''), pending: Buffer.byteLength(tail) });
      }),
    );
  });

  it('takes JSON apart that was put together, one value a line', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.array(fc.nat(), { maxLength: 20 }), (values, cuts) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

        expect(split(bytes, cuts).lines.map((line) => JSON.stringify(JSON.parse(line)))).toEqual(values.map((value) => JSON.stringify(value)));
      }),
    );
  });

  it('never holds more than its limit, and says so as soon as a line is longer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 100 }), fc.array(fc.nat(), { maxLength: 20 }), (limit, length, cuts) => {
        const line = Buffer.from(`${'x'.repeat(length)}\n`);

        if (length > limit) expect(() => split(line, cuts, limit)).toThrow(LineTooLongError);
        else expect(split(line, cuts, limit).lines.join('')).toBe('x'.repeat(length));
      }),
    );
  });
});
