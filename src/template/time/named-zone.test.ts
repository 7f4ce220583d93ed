import { describe, expect, it } from 'vitest';
import { formatTime } from './format-time.ts';
import { Moment } from './moment.ts';
import { zoneAt } from './named-zone.ts';
import { utc } from './zone.ts';
import { zoneTable } from './zone-table.ts';

const unlimited = { step: () => undefined, allocate: () => undefined };

const show = (zone: string, unix: number): string | undefined => {
  const moment = Moment.atUnix(BigInt(unix));
  const found = zoneAt(zone, moment.unix, unlimited);
  return found === undefined ? undefined : formatTime(moment.in(found), '2006-01-02 15:04 -0700 MST');
};

const winter = Date.UTC(2024, 0, 15, 12) / 1000;
const summer = Date.UTC(2024, 6, 15, 12) / 1000;

// the answers are those of Go 1.26 with the tz database 2025b
describe('zoneAt', () => {
  it('knows the offsets and abbreviations of zones, by the season', () => {
    expect(show('Europe/Berlin', winter)).toBe('2024-01-15 13:00 +0100 CET');
    expect(show('Europe/Berlin', summer)).toBe('2024-07-15 14:00 +0200 CEST');
    expect(show('America/New_York', summer)).toBe('2024-07-15 08:00 -0400 EDT');
    expect(show('Asia/Kolkata', summer)).toBe('2024-07-15 17:30 +0530 IST');
    expect(show('Australia/Lord_Howe', winter)).toBe('2024-01-15 23:00 +1100 +11');
    expect(show('America/Sao_Paulo', winter)).toBe('2024-01-15 09:00 -0300 -03');
  });

  it('knows what a zone was called before', () => {
    expect(show('Europe/Moscow', Date.UTC(1985, 6) / 1000)).toBe('1985-07-01 04:00 +0400 MSD');
    expect(show('Europe/Moscow', Date.UTC(2012, 6) / 1000)).toBe('2012-07-01 04:00 +0400 MSK');
    expect(show('Europe/Berlin', Date.UTC(1800, 0) / 1000)).toBe('1800-01-01 00:53 +0053 LMT');
  });

  it('repeats the calendar beyond the years that Intl knows', () => {
    expect(show('Europe/Berlin', Date.UTC(2024, 6, 15, 12) / 1000 + 1000 * 146_097 * 86_400)).toBe('402024-07-15 14:00 +0200 CEST');
    expect(show('Europe/Berlin', -9e15)).toMatch(/ \+0053 LMT$/);
  });

  it('takes names in their own spelling only', () => {
    expect(['', 'UTC'].map((name) => zoneAt(name, 0n, unlimited))).toEqual([utc, utc]);
    expect(['europe/berlin', 'Nowhere', '../etc/passwd', '+03:00', 'constructor'].map((name) => zoneAt(name, 0n, unlimited))).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('charges for the formatters that it makes, and keeps those that were used last', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zoneAt(zone, 0n, unlimited) !== undefined).slice(0, 40);
    let steps = 0;
    const counting = { ...unlimited, step: (count = 1) => void (steps += count) };
    for (const zone of zones) {
      zoneAt('Europe/Berlin', 0n, counting);
      zoneAt(zone, 0n, counting);
    }

    expect(steps).toBeGreaterThanOrEqual(4_000);
    const before = steps;
    zoneAt('Europe/Berlin', 0n, counting);
    expect(steps).toBe(before);
  });

  it('finds an offset for every zone of the table', () => {
    const names = zoneTable.split('\n').flatMap((line) => (line.startsWith('@') || line === '' ? [] : line.split(' ')));

    expect(names.length).toBeGreaterThan(590);
    expect(names.filter((name) => zoneAt(name, BigInt(summer), unlimited) === undefined)).toEqual([]);
  });
});
