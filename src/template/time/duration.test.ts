import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absoluteDuration, formatDuration, hour, minute, parseDuration, roundDuration, second, truncateDuration } from './duration.ts';

const durations = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('durations', () => {
  it('read as they are written', () => {
    fc.assert(
      fc.property(durations, (duration) => {
        expect(parseDuration(formatDuration(duration))).toBe(duration);
      }),
    );
  });

  it('are written in the units that they fill', () => {
    expect([0n, 1n, 1_500n, 1_000_000n, second, 90n * second, hour, hour + minute / 2n, -second].map(formatDuration)).toEqual(['0s', '1ns', '1.5\xc2\xb5s', '1ms', '1s', '1m30s', '1h0m0s', '1h0m30s', '-1s']);
  });

  it('are rounded away from zero at the half, and truncated toward it', () => {
    expect([15n, -15n, 14n, 2n ** 63n - 1n].map((duration) => roundDuration(duration, 10n))).toEqual([20n, -20n, 10n, 2n ** 63n - 1n]);
    expect([19n, -19n].map((duration) => truncateDuration(duration, 10n))).toEqual([10n, -10n]);
    expect(roundDuration(15n, 0n)).toBe(15n);
    expect(absoluteDuration(-(2n ** 63n))).toBe(2n ** 63n - 1n);
  });

  it('are refused without a unit or beyond 63 bits, without quoting the text', () => {
    expect(() => parseDuration('5')).toThrow('missing unit in duration');
    expect(() => parseDuration('5 hunter2')).toThrow('unknown unit in duration');
    expect(() => parseDuration('2562048h')).toThrow('invalid duration');
    expect(() => parseDuration(`${'9'.repeat(100_000)}s`)).toThrow('invalid duration');
  });
});
