import { expect, it } from 'vitest';
import { AdaptiveRate } from './adaptive-rate.ts';

/** A service that has answered so many calls a second for ten seconds. */
function used(perSecond: number): AdaptiveRate {
  const rate = new AdaptiveRate();
  for (let at = 0; at < 10_000; at += 1000 / perSecond) rate.answered(at);
  return rate;
}

it('knows no limit until a call is refused', () => {
  expect(used(500).perSecond(10_000)).toBe(Infinity);
});

it('falls a little below what was answered of late, is back there after ten seconds, and goes beyond it later', () => {
  const rate = used(40);
  rate.refused(10_000, 11_000);

  expect([11_000, 21_000, 31_000].map((at) => Math.round(rate.perSecond(at)))).toEqual([36, 40, 44]);
  expect(rate.perSecond(51_000)).toBeGreaterThan(100);
});

it('stays near the limit for long, so that little is refused', () => {
  const rate = used(40);
  rate.refused(10_000, 10_000);

  for (let at = 15_000; at <= 25_000; at += 100) expect(Math.abs(rate.perSecond(at) - 40)).toBeLessThan(0.51);
});

it('does not take a service for slow of which hardly anything was asked', () => {
  const rate = new AdaptiveRate();
  rate.answered(0);
  rate.refused(100, 1100);

  expect(rate.perSecond(1100)).toBe(9);
});

it('falls to no less than half at once, and never to nothing', () => {
  const rate = used(40);
  rate.refused(10_000, 10_000);
  rate.refused(60_000, 60_000);
  const half = rate.perSecond(60_000);
  for (let at = 60_001; at < 60_100; at += 1) rate.refused(at, at);

  expect(half).toBeGreaterThan(40);
  expect(rate.perSecond(60_100)).toBeGreaterThanOrEqual(0.5);
  expect(rate.perSecond(60_100)).toBeLessThan(0.6);
});
