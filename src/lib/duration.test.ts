import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseArgoDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['1h0m0s', 3_600_000],
    ['1h', 3_600_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['250ms', 250],
    ['1us', 0.001],
    ['1\u00b5s', 0.001],
    ['1\u03bcs', 0.001],
    ['10ns', 0.00001],
    ['-2s', -2000],
    ['+2s', 2000],
    ['0', 0],
    ['-0', 0],
    ['1m1h1m', 3_720_000],
  ])('reads %s as Go does', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '1', '-', '.', '.s', 's', '1h ', ' 1h', '1d', '1h1', '1e3s', '--1s', '1.2.3s', '2562047h47m16.854775808s', '9'.repeat(200) + 's'])(
    'refuses %j as Go does',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('reads the longest duration that Go has', () => {
    expect(parseDuration('2562047h47m16.854775807s')).toBeCloseTo(9_223_372_036_854.775, 2);
  });

  it('reads back every whole number of milliseconds that formatDuration prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_223_372_036_854, max: 9_223_372_036_854 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms === 0 ? 0 : ms);
      }),
    );
  });

  it('reads back fractions of a millisecond to the nanosecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000_000 }), (nanoseconds) => {
        expect(parseDuration(formatDuration(nanoseconds / 1e6))).toBeCloseTo(nanoseconds / 1e6, 6);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-+]?([0-9.]{0,5}[a-z\u00b5]{0,3}){0,4}$/)), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || Number.isFinite(ms)).toBe(true);
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [3_600_000, '1h0m0s'],
    [90_000, '1m30s'],
    [1500, '1.5s'],
    [250, '250ms'],
    [1.5, '1.5ms'],
    [0.0015, '1.5\u00b5s'],
    [0.000001, '1ns'],
    [-2000, '-2s'],
  ])('prints %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('parseArgoDuration', () => {
  it('counts a bare integer in seconds', () => {
    expect(parseArgoDuration('15')).toBe(15_000);
  });

  it('takes every Go duration', () => {
    expect(parseArgoDuration('10m')).toBe(600_000);
  });

  it('refuses what is neither', () => {
    expect(parseArgoDuration('1.5')).toBeUndefined();
  });
});
