import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCron } from './cron-schedule.ts';

function next(schedule: string, after: string): string | undefined {
  const at = parseCron(schedule)?.next(Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString().replace('.000', '');
}

// what robfig/cron answers, by its own tests and by its code
test.each([
  ['0/15 * * * *', '2026-07-09T14:45:00Z', '2026-07-09T15:00:00Z'],
  ['0/15 * * * *', '2026-07-09T14:59:59Z', '2026-07-09T15:00:00Z'],
  ['20-35/15 * * * *', '2026-07-09T15:45:00Z', '2026-07-09T16:20:00Z'],
  ['*/5 * * * *', '2026-12-31T23:59:45Z', '2027-01-01T00:00:00Z'],
  ['0 0 9 Apr-Oct ?', '2026-07-09T23:35:00Z', '2026-08-09T00:00:00Z'],
  ['0 0 * Feb Mon', '2026-07-09T23:35:00Z', '2027-02-01T00:00:00Z'],
  ['0 0 29 Feb ?', '2026-07-09T23:35:00Z', '2028-02-29T00:00:00Z'],
  ['0 0 30 Feb ?', '2026-07-09T23:35:00Z', undefined],
  ['30 9 * * 1-5', '2026-11-27T09:30:00Z', '2026-11-30T09:30:00Z'],
  ['0 0 1,15 * mon', '2026-11-15T00:00:00Z', '2026-11-16T00:00:00Z'],
  ['0 0 */2 * mon', '2026-11-15T00:00:00Z', '2026-11-16T00:00:00Z'],
  ['0 0 * * mon', '2026-11-17T00:00:00Z', '2026-11-23T00:00:00Z'],
  ['@hourly', '2026-11-15T10:00:00Z', '2026-11-15T11:00:00Z'],
  ['@daily', '2026-11-15T10:00:00Z', '2026-11-16T00:00:00Z'],
  ['@midnight', '2026-11-15T10:00:00Z', '2026-11-16T00:00:00Z'],
  ['@weekly', '2026-11-15T00:00:00Z', '2026-11-22T00:00:00Z'],
  ['@monthly', '2026-11-15T10:00:00Z', '2026-12-01T00:00:00Z'],
  ['@yearly', '2026-11-15T10:00:00Z', '2027-01-01T00:00:00Z'],
  ['@every 6h', '2026-11-15T10:00:00.5Z', '2026-11-15T12:00:00Z'],
  ['@every 6h', '2026-11-15T12:00:00Z', '2026-11-15T18:00:00Z'],
  ['@every 10ms', '2026-11-15T12:00:00Z', '2026-11-15T12:00:01Z'],
])('%s after %s is %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

test.each(['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 7', '5-2 * * * *', '*/0 * * * *', '1-2-3 * * * *', '1/2/3 * * * *', 'x * * * *', '-1 * * * *', '* * jan * *', '@reboot', '@every', '@every 0', '@every soon', 'TZ=Europe/Berlin 0 1 * * *', '1.5 * * * *'])(
  '"%s" is no schedule',
  (text) => {
    expect(parseCron(text)).toBeUndefined();
  },
);

test('an activation lies after the moment, on a whole minute, with nothing between', () => {
  const part = (lowest: number, highest: number): fc.Arbitrary<string> =>
    fc.oneof(fc.constant('*'), fc.integer({ min: lowest, max: highest }).map(String), fc.integer({ min: 1, max: 7 }).map((step) => `*/${step}`));
  const schedules = fc.tuple(part(0, 59), part(0, 23), part(1, 28), part(1, 12), part(0, 6)).map((fields) => fields.join(' '));

  fc.assert(
    fc.property(schedules, fc.integer({ min: 0, max: 2e12 }), (text, after) => {
      const schedule = parseCron(text);
      const at = schedule?.next(after) ?? Number.NaN;

      expect(at).toBeGreaterThan(after);
      expect(at % 60_000).toBe(0);
      expect(schedule?.next(at - 1)).toBe(at);
      // whatever lies between the two has none
      expect(schedule?.next(Math.floor((after + at) / 2))).toBe(at);
    }),
  );
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[-0-9*/,? @a-z]{0,40}$/)), (text) => void parseCron(text)));
});
