import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RetryPolicy } from '../../api/application-spec.ts';
import { nextAttempt } from './retry.ts';

const rfc: RetryPolicy = { limit: 5, duration: 15_000, factor: 2, maxDuration: 600_000 };

function sequence(policy: RetryPolicy, failures: number): readonly number[] {
  return Array.from({ length: failures }, (_, index) => nextAttempt(policy, index + 1).after / 1000);
}

describe('nextAttempt', () => {
  it('waits duration * factor^n from n = 0, as documented', () => {
    expect(sequence(rfc, 5)).toEqual([15, 30, 60, 120, 240]);
  });

  it("never waits longer than maxDuration, Argo CD's defaults included", () => {
    expect(sequence({ ...rfc, limit: 8 }, 8)).toEqual([15, 30, 60, 120, 240, 480, 600, 600]);
    expect(sequence({ limit: 8, duration: 5_000, factor: 2, maxDuration: 180_000 }, 7)).toEqual([5, 10, 20, 40, 80, 160, 180]);
  });

  it('goes on slowly once the limit is spent', () => {
    expect(nextAttempt(rfc, 5).withinLimit).toBe(true);
    expect(nextAttempt(rfc, 6)).toEqual({ after: 600_000, withinLimit: false });
    expect(nextAttempt({ ...rfc, limit: 0 }, 1).withinLimit).toBe(false);
  });

  it('has no end where the limit is negative', () => {
    expect(nextAttempt({ ...rfc, limit: -1 }, 1_000)).toEqual({ after: 600_000, withinLimit: true });
  });

  it('is no wait where there is to be none, whatever it is multiplied by', () => {
    expect(nextAttempt({ limit: -1, duration: 0, factor: 11, maxDuration: 0 }, 500).after).toBe(0);
  });

  it('is a wait that setTimeout understands, never shorter than the one before while attempts are left', () => {
    const policies = fc.record({ limit: fc.integer({ min: -1, max: 50 }), duration: fc.nat(86_400_000), factor: fc.integer({ min: 1, max: 1000 }), maxDuration: fc.nat(86_400_000) });
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 500 }), (policy, failures) => {
        const [wait, next] = [nextAttempt(policy, failures), nextAttempt(policy, failures + 1)];

        expect(Number.isFinite(wait.after)).toBe(true);
        expect(wait.after).toBeLessThanOrEqual(86_400_000);
        if (wait.withinLimit && next.withinLimit) expect(next.after).toBeGreaterThanOrEqual(wait.after);
        if (wait.withinLimit && policy.maxDuration > 0) expect(wait.after).toBeLessThanOrEqual(policy.maxDuration);
      }),
    );
  });
});
