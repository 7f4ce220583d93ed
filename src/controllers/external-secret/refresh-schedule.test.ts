import fc from 'fast-check';
import { expect, test } from 'vitest';
import { externalSecret } from '../../../test/support/external-secret.ts';
import { isRefreshExpected, isStale, nextRefresh, refreshTimeLag } from './refresh-schedule.ts';

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

test('what fell due while nothing ran is spread, and what shared a moment still does', () => {
  const declared = externalSecret({ spec: { refreshInterval: '1h' } });
  const start = 36_000_000;
  const overdue = Array.from({ length: 600 }, (_unused, index) => nextRefresh(declared, index * 10_000, start));
  const moments = new Set(overdue);

  expect(Math.min(...overdue)).toBeGreaterThanOrEqual(start);
  expect(Math.max(...overdue)).toBeLessThan(start + 600_000);
  expect(Math.max(...overdue) - Math.min(...overdue)).toBeGreaterThan(480_000);
  // ten hours of refreshes every ten seconds, in slots of a minute
  expect(moments.size).toBeGreaterThan(90);
  expect(moments.size).toBeLessThanOrEqual(102);
});

test('what is not due yet at the start stays where it is, and a short interval is made good within half of it', () => {
  const hourly = externalSecret({ spec: { refreshInterval: '1h' } });
  const often = externalSecret({ spec: { refreshInterval: '1m' } });

  expect(nextRefresh(hourly, 1_000_000, 2_000_000)).toBe(nextRefresh(hourly, 1_000_000));
  expect(nextRefresh(often, 0, 9_000_000)).toBeLessThan(9_030_000);
});

test.each(['OnChange', 'CreatedOnce'])('with refreshPolicy %s time is no reason', (refreshPolicy) => {
  expect(nextRefresh(externalSecret({ spec: { refreshPolicy } }), 0)).toBe(Infinity);
});

test('a success is stale two intervals and a minute later', () => {
  const { spec } = externalSecret({ spec: { refreshInterval: '10m' } });

  expect(isStale(spec, 0, 21 * 60_000)).toBe(false);
  expect(isStale(spec, 0, 21 * 60_000 + 1)).toBe(true);
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['with an interval of 0', { refreshInterval: '0' }],
  ['where it is made once', { refreshPolicy: 'CreatedOnce' }],
  ['where it is followed on change', { refreshPolicy: 'OnChange' }],
  ['where nothing is written', { target: { creationPolicy: 'None' } }],
  ['where the Secret is immutable', { target: { immutable: true } }],
])('what is never refreshed by design is never late: %s', (_when, spec) => {
  const declared = externalSecret({ spec: { refreshInterval: '10m', ...spec } }).spec;

  expect(isRefreshExpected(declared)).toBe(false);
  expect(isStale(declared, 0, 1e12)).toBe(false);
});

test('nor is what has no Secret to merge into, or waits for its window', () => {
  const declared = externalSecret({ spec: { refreshInterval: '10m', target: { creationPolicy: 'Merge' } } }).spec;
  const windows = externalSecret({ spec: { refreshInterval: '10m', syncWindows: { kind: 'allow', windows: [{ schedule: '0 15 * * *', duration: '1h' }] } } }).spec;
  const opening = 15 * 3_600_000;

  expect(isStale(declared, 0, 1e9, 'missing')).toBe(false);
  expect(isStale(declared, 0, 1e9)).toBe(true);
  expect(isStale(windows, 0, opening)).toBe(false);
  expect(isStale(windows, 0, opening + 11 * 60_000 + 1)).toBe(true);
});
