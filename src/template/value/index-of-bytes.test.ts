import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexOfBytes } from './index-of-bytes.ts';
import type { Meter } from './value.ts';

const unlimited = { step: () => undefined, allocate: () => undefined };

function stepsOf(search: (meter: Meter) => unknown): number {
  let steps = 0;
  search({ ...unlimited, step: (count = 1) => void (steps += count) });
  return steps;
}

describe('indexOfBytes', () => {
  it('finds what indexOf finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 400 }), fc.nat(30), (part, other, times, from) => {
        const haystack = `${other}${part.repeat(times)}${other}${part}`;
        for (const needle of [part, other, part.repeat(20) + other, `${other}c`]) {
          expect(indexOfBytes(haystack, needle, from, unlimited)).toBe(needle === '' && from > haystack.length ? -1 : haystack.indexOf(needle, from));
        }
      }),
    );
  });

  it('finds long and short strings in all parts of very long ones', () => {
    const long = `${'ab'.repeat(50_000)}c`;
    for (const needle of ['c', 'bc', long, `${long}${'ab'.repeat(10)}`, `b${long}`, 'a'.repeat(40)]) {
      for (const before of [0, 1, 255, 256, 257, 16_383, 16_384, 100_000]) {
        const haystack = 'ab'.repeat(before) + long + 'ab'.repeat(30_000) + 'a'.repeat(40);
        expect(indexOfBytes(haystack, needle, 0, unlimited)).toBe(haystack.indexOf(needle));
        expect(indexOfBytes(haystack, needle, before, unlimited)).toBe(haystack.indexOf(needle, before));
      }
    }
  });

  it('takes linear time for what is almost everywhere', () => {
    const haystack = 'a'.repeat(4_000_000);
    const started = performance.now();

    expect(indexOfBytes(haystack, `ab${'a'.repeat(20_000)}`, 0, unlimited)).toBe(-1);
    expect(indexOfBytes(haystack, `${'a'.repeat(20_000)}b`, 0, unlimited)).toBe(-1);
    expect(indexOfBytes(haystack, `ab${'a'.repeat(30)}`, 0, unlimited)).toBe(-1);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('charges for what it looks at', () => {
    const haystack = 'a'.repeat(1_000_000);

    expect(stepsOf((meter) => indexOfBytes(haystack, 'b', 0, meter))).toBeGreaterThan(1_000_000 / 500);
    expect(stepsOf((meter) => indexOfBytes(haystack, 'a'.repeat(2_000) + 'b', 0, meter))).toBeGreaterThan(1_000_000 / 50);
    expect(stepsOf((meter) => indexOfBytes(haystack, 'a', 0, meter))).toBe(0);
  });
});
