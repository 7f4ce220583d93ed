import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { int64, intTypes, list } from '../value/go-type.ts';
import { Int } from '../value/value.ts';
import { toFloat64, toInt64 } from './convert-number.ts';

const int64s = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('conversion to numbers', () => {
  it('reads every int64 that is written in decimal, with or without a fraction', () => {
    fc.assert(
      fc.property(int64s, fc.stringMatching(/^\d*$/), (value, fraction) => {
        expect(toInt64(`${value}`)).toBe(value);
        expect(toInt64(`${value}.${fraction}`)).toBe(value);
      }),
    );
  });

  it('reads prefixes as Go literals do, a leading zero among them', () => {
    expect(['0x1F', '010', '0b101', '0o17', '1_000', '08', '010.5'].map(toInt64)).toEqual([31n, 8n, 5n, 15n, 1000n, 0n, 8n]);
  });

  it('is zero for what is no number, or beyond the range', () => {
    expect(['', 'x', '1e3', ' 1', '9223372036854775808', undefined, list([])].map(toInt64)).toEqual([0n, 0n, 0n, 0n, 0n, 0n, 0n]);
    expect(['1e400', 'x', '', undefined, list([])].map(toFloat64)).toEqual([0, 0, 0, 0, 0]);
  });

  it('cuts fractions off, and makes the lowest integer of floats beyond the range', () => {
    expect([1.9, -1.9, 1e19, -1e19, Number.NaN, Number.POSITIVE_INFINITY].map(toInt64)).toEqual([1n, -1n, ...Array<bigint>(4).fill(-(2n ** 63n))]);
  });

  it('wraps unsigned integers around, but not where they become floats', () => {
    const largest = new Int(intTypes.uint64, 2n ** 64n - 1n);
    expect(toInt64(largest)).toBe(-1n);
    expect(toFloat64(largest)).toBe(2 ** 64);
    expect(toInt64(int64(5n))).toBe(5n);
  });

  it('reads every float64 as it is printed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        // JavaScript prints no negative zero
        expect(toFloat64(`${value}`.replace('Infinity', 'Inf'))).toBe(value + 0);
      }),
    );
  });
});
