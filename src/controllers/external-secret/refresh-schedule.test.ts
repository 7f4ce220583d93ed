import fc from 'fast-check';
import { expect, test } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import { nextRefresh, refreshTimeLag } from './refresh-schedule.ts';

const seconds = fc.integer({ min: 1, max: 100_000 });
const moment = fc.integer({ min: -1e9, max: 1e9 });

test('a refresh comes after at least 15/16 of the interval and never late', () => {
  fc.assert(
    fc.property(seconds, moment, (interval, last) => {
      const wait = nextRefresh(externalSecret({ spec: { refreshInterval: `${interval}s` } }), last) - last;

      expect(wait).toBeGreaterThan((interval * 1000 * 15) / 16 - 1e-3);
      expect(wait).toBeLessThanOrEqual(interval * 1000 + 1e-3);
    }),
  );
});

test('objects of one store that were read within a moment are read together again', () => {
  const declared = externalSecret({ spec: { refreshInterval: '1h' } });
  const moments = Array.from({ length: 100 }, (_unused, index) => nextRefresh(declared, 1_000_000 + index * 20));

  expect(new Set(moments).size).toBeLessThanOrEqual(2);
});

test('an interval of 0 means never', () => {
  expect(nextRefresh(externalSecret({ spec: { refreshInterval: '0' } }), 0)).toBe(Infinity);
});

test('refresh times are written after one to two hours, spread over the objects', () => {
  const lags = Array.from({ length: 200 }, (_unused, index) => refreshTimeLag(`uid-${index}`) / 3_600_000);

  expect(Math.min(...lags)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...lags)).toBeLessThan(2);
  expect(Math.max(...lags) - Math.min(...lags)).toBeGreaterThan(0.9);
});
