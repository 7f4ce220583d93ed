import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SyncWindows } from '../api/sync-windows.ts';
import { nextOpening } from './sync-window.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(`2026-11-26T${text}Z`);

function opening(kind: SyncWindows['kind'], windows: readonly (readonly [schedule: string, duration: number])[], from: string): string {
  const moment = nextOpening({ kind, windows: windows.map(([schedule, duration]) => ({ schedule, duration })) }, at(from));
  return Number.isFinite(moment) ? new Date(moment).toISOString().slice(11, 23) : 'never';
}

const night = ['0 22 * * *', 8 * hour] as const;
const noon = ['0 12 * * *', hour] as const;

test.each([
  ['before it opens', '21:59:59.999', '22:00:00.000'],
  ['as it opens', '22:00:00.000', '22:00:00.000'],
  ['past midnight', '03:00:00.000', '03:00:00.000'],
  ['in its last moment', '06:00:00.000', '06:00:00.000'],
  ['as it has closed', '06:00:00.001', '22:00:00.000'],
])('a refresh that is allowed within a window comes at the right moment: %s', (_when, from, expected) => {
  expect(opening('allow', [night], from)).toBe(expected);
});

test.each([
  ['before it opens', '21:59:59.999', '21:59:59.999'],
  ['as it opens', '22:00:00.000', '06:00:00.001'],
  ['in its last moment', '06:00:00.000', '06:00:00.001'],
])('a refresh that is denied within a window comes when it has closed: %s', (_when, from, expected) => {
  expect(opening('deny', [night], from)).toBe(expected);
});

test('of several windows any allows, and each denies', () => {
  expect(opening('allow', [night, noon], '11:00:00.000')).toBe('12:00:00.000');
  expect(opening('deny', [['0 12 * * *', 2 * hour], ['0 14 * * *', hour]], '12:30:00.000')).toBe('15:00:00.001');
});

test('no windows gate nothing, and what never opens or never closes is never', () => {
  expect(opening('allow', [], '11:00:00.000')).toBe('11:00:00.000');
  expect(opening('deny', [], '11:00:00.000')).toBe('11:00:00.000');
  expect(opening('allow', [['0 0 30 2 *', hour]], '11:00:00.000')).toBe('never');
  expect(opening('deny', [['* * * * *', hour]], '11:00:00.000')).toBe('never');
});

test('allow and deny are each other\'s opposite at every moment', () => {
  const windows = fc.array(fc.record({ schedule: fc.constantFrom('5 * * * *', '5 1-3 * * *', '0 0 * * mon', '@every 7h'), duration: fc.integer({ min: 0, max: hour / 2 }) }), { minLength: 1, maxLength: 3 });

  fc.assert(
    fc.property(windows, fc.integer({ min: 0, max: 2e12 }), (list, moment) => {
      const allowed = nextOpening({ kind: 'allow', windows: list }, moment);
      const outside = nextOpening({ kind: 'deny', windows: list }, moment);

      expect(allowed === moment).toBe(outside !== moment);
      expect(nextOpening({ kind: 'allow', windows: list }, allowed)).toBe(allowed);
      if (Number.isFinite(outside)) expect(nextOpening({ kind: 'deny', windows: list }, outside)).toBe(outside);
    }),
  );
});
