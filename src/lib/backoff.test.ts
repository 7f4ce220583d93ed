import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffBound, backoffDelay } from './backoff.ts';

const policy = { base: 1000, factor: 2, cap: 60_000 };

describe('backoffBound', () => {
  it('starts at the base and doubles', () => {
    expect([1, 2, 3, 4].map((failures) => backoffBound(policy, failures))).toEqual([1000, 2000, 4000, 8000]);
  });

  it('stays at the cap after any number of failures', () => {
    expect([7, 50, 100_000].map((failures) => backoffBound(policy, failures))).toEqual([60_000, 60_000, 60_000]);
  });

  it('never shrinks from one failure to the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 1, max: 10, noNaN: true }), (failures, factor) => {
        const grown = { ...policy, factor };
        expect(backoffBound(grown, failures + 1)).toBeGreaterThanOrEqual(backoffBound(grown, failures));
      }),
    );
  });
});

describe('backoffDelay', () => {
  it('draws from zero up to the bound', () => {
    expect(backoffDelay(policy, 3, () => 0)).toBe(0);
    expect(backoffDelay(policy, 3, () => 0.5)).toBe(2000);
    expect(backoffDelay(policy, 3, () => 0.999)).toBeCloseTo(3996);
  });
});
