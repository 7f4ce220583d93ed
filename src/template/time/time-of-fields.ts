import type { Civil } from './civil.ts';
import { daysBefore, daysIn, isLeap } from './civil.ts';
import { Moment } from './moment.ts';
import type { TimeFields } from './time-fields.ts';
import type { Zone } from './zone.ts';
import { fixedZone, local, utc } from './zone.ts';

/** The moment that the fields of a time name, or what is wrong with them, in Go's words. */
export function momentOf(fields: TimeFields): Moment | string {
  const date = dateOf(fields);
  if (typeof date === 'string') return date;
  if (date.day < 1 || date.day > daysIn(date.month, fields.year)) return 'day out of range';
  const civil = { year: fields.year, ...date, hour: hourOf(fields), minute: fields.minute, second: fields.second };
  // an abbreviation does not tell when it was: Go reads the time as if it were UTC and shows it in that zone
  const isNamedOnly = !fields.isUtc && fields.offset === undefined;
  return isNamedOnly ? Moment.atCivil(civil, fields.nanoseconds, utc).in(zoneOf(fields)) : Moment.atCivil(civil, fields.nanoseconds, zoneOf(fields));
}

function hourOf({ hour, half }: TimeFields): number {
  if (half === 'pm' && hour < 12) return hour + 12;
  return half === 'am' && hour === 12 ? 0 : hour;
}

function dateOf({ year, month, day, yearDay }: TimeFields): Pick<Civil, 'month' | 'day'> | string {
  if (yearDay === undefined) return { month: month ?? 1, day: day ?? 1 };
  const date = dateOfYearDay(year, yearDay);
  if (date === undefined) return 'day-of-year out of range';
  if (month !== undefined && month !== date.month) return 'day-of-year does not match month';
  return day !== undefined && day !== date.day ? 'day-of-year does not match day' : date;
}

function dateOfYearDay(year: number, yearDay: number): Pick<Civil, 'month' | 'day'> | undefined {
  const leapDay = 31 + 29;
  if (isLeap(year) && yearDay === leapDay) return { month: 2, day: 29 };
  const common = isLeap(year) && yearDay > leapDay ? yearDay - 1 : yearDay;
  if (common < 1 || common > 365) return undefined;
  let month = 12;
  while (daysBefore(month) >= common) month -= 1;
  return { month, day: common - daysBefore(month) };
}

function zoneOf({ isUtc, offset, zone }: TimeFields): Zone {
  if (isUtc) return utc;
  if (offset !== undefined) return offset === 0 && (zone === '' || zone === local.abbreviation) ? local : fixedZone(zone, offset);
  if (zone === '') return local;
  // only GMT may carry an offset
  return fixedZone(zone, /^GMT./.test(zone) ? Number(zone.slice(3)) * 3600 : 0);
}
