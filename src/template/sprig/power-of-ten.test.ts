import { describe, expect, it } from 'vitest';
import { powerOfTen } from './power-of-ten.ts';

describe('powerOfTen', () => {
  it('is exact where a float64 can be', () => {
    for (let n = 0; n <= 22; n += 1) expect(powerOfTen(n)).toBe(Number(`1e${n}`));
  });

  it('is as far off as Go’s where it cannot', () => {
    expect([-23, 33, 34, 49, 308].map(powerOfTen)).toEqual([1.0000000000000001e-23, 1.0000000000000001e33, 1.0000000000000001e34, 1.0000000000000001e49, 1.0000000000000006e308]);
  });

  it('goes to the ends of the range, and beyond', () => {
    expect([309, 5001, -323, -324, -5001, 2 ** 63].map(powerOfTen)).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1e-323, 0, 0, Number.POSITIVE_INFINITY]);
  });
});
