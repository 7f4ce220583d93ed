import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineParts, inverse, multiply } from './shamir.ts';

/** Splits as SOPS does: polynomials with the secret at 0, their values at 1, 2, …, the place at the end of each part. */
function split(secret: Uint8Array, coefficients: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const place = index + 1;
    const values = secret.map((byte, at) => coefficients.reduceRight((sum, row) => multiply(sum ^ (row[at] ?? 0), place), 0) ^ byte);
    return Uint8Array.from([...values, place]);
  });
}

describe('a secret that was split', () => {
  const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('comes back of any of its parts that are enough, in any order', () => {
    fc.assert(
      fc.property(secret, fc.integer({ min: 2, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.infiniteStream(secret), fc.nat(), (whole, threshold, more, rows, seed) => {
        const parts = split(whole, [...rows.take(threshold - 1)], threshold + more);
        const some = parts.map((part, index) => ({ part, rank: (index * 7919 + seed) % 101 })).toSorted((a, b) => a.rank - b.rank).slice(0, threshold);
        expect([...(combineParts(some.map(({ part }) => part)) ?? [])]).toEqual([...whole]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not come back of too few, nor of parts that are not of one secret', () => {
    const whole = Uint8Array.from({ length: 32 }, (_, index) => index);
    const parts = split(whole, [new Uint8Array(32).fill(9), new Uint8Array(32).fill(200)], 3);
    expect(combineParts(parts.slice(0, 2))).not.toEqual(whole);
    expect([combineParts(parts.slice(0, 1)), combineParts([...parts.slice(0, 1), ...parts.slice(0, 1)]), combineParts([new Uint8Array(33), new Uint8Array(33).fill(1)]), combineParts([new Uint8Array(2), new Uint8Array(3)])]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('is computed in the field of AES', () => {
    expect([multiply(0x57, 0x83), multiply(0x57, 0x13), inverse(0x53), inverse(0)]).toEqual([0xc1, 0xfe, 0xca, 0]);
    expect(Array.from({ length: 255 }, (_, index) => multiply(index + 1, inverse(index + 1))).every((product) => product === 1)).toBe(true);
  });
});
