import { monthNames } from './calendar-names.ts';
import type { Moment } from './moment.ts';
import { quoteTime } from './quote-time.ts';
import { local, utc } from './zone.ts';

/** Time.GoString, which `%#v` prints: the expression that makes the time. */
export function goTimeText({ civil, nanoseconds, zone }: Moment): string {
  const { year, month, day, hour, minute, second } = civil;
  const place = zone === utc ? 'time.UTC' : zone === local ? 'time.Local' : `time.Location(${quoteTime(zone.name)})`;
  return `time.Date(${year}, time.${monthNames[month - 1]}, ${day}, ${hour}, ${minute}, ${second}, ${nanoseconds}, ${place})`;
}
