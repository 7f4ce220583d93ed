import { FunctionError } from '../template-error.ts';
import { parseDuration, formatDuration, roundDuration, second } from '../time/duration.ts';
import { formatTime } from '../time/format-time.ts';
import { Moment } from '../time/moment.ts';
import { zoneAt } from '../time/named-zone.ts';
import { parseTime } from '../time/parse-time.ts';
import { momentIn, time } from '../time/time-value.ts';
import { utc } from '../time/zone.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, meteredFunction, text } from '../value/go-function.ts';
import type { CallContext, Value } from '../value/value.ts';
import { Int } from '../value/value.ts';
import { roughDuration } from './rough-duration.ts';

const htmlLayout = '2006-01-02';
/** About what the offset of a named zone costs. */
const zoneSteps = 20;

const dateInZone = meteredFunction([text, any, text], text, formatIn);
const dateModify = meteredFunction([text, time], time, (_, change, moment) => moment.add(lenientDuration(change)));
const mustDateModify = meteredFunction([text, time], time, (_, change, moment) => moment.add(parseDuration(change)));

/** sprig's functions for dates. The local zone is UTC. */
export const dates: FunctionMap = new Map([
  ['now', meteredFunction([], time, ({ now }) => Moment.atUnixNanoseconds(now()))],
  ['ago', meteredFunction([any], text, (context, date) => formatDuration(roundDuration(age(context, toMoment(context, date, ['int64', 'int'])), second)))],
  ['date', meteredFunction([text, any], text, (context, layout, date) => formatIn(context, layout, date, 'Local'))],
  ['dateInZone', dateInZone],
  ['date_in_zone', dateInZone],
  ['htmlDate', meteredFunction([any], text, (context, date) => formatIn(context, htmlLayout, date, 'Local'))],
  ['htmlDateInZone', meteredFunction([any, text], text, (context, date, zone) => formatIn(context, htmlLayout, date, zone))],
  ['dateModify', dateModify],
  ['date_modify', dateModify],
  ['mustDateModify', mustDateModify],
  ['must_date_modify', mustDateModify],
  ['duration', meteredFunction([any], text, (_, seconds) => formatDuration(BigInt.asIntN(64, toSeconds(seconds) * second)))],
  ['durationRound', meteredFunction([any], text, (context, value) => roughDuration(toDuration(context, value)))],
  ['toDate', meteredFunction([text, text], time, lenientTime)],
  ['mustToDate', meteredFunction([text, text], time, ({ meter }, layout, date) => parseTime(layout, date, meter))],
  ['unixEpoch', meteredFunction([time], text, (_, moment) => String(moment.unix))],
]);

function formatIn(context: CallContext, layout: string, date: Value, zone: string): string {
  context.meter.step(zoneSteps);
  const moment = toMoment(context, date, ['int64', 'int', 'int32']);
  return formatTime(moment.in(zoneAt(zone, moment.unix, context.meter) ?? utc), layout, context.meter);
}

/** A time, or the seconds since the epoch as one of some types; the present time where it is anything else. */
function toMoment({ now }: CallContext, date: Value, types: readonly string[]): Moment {
  const moment = momentIn(date);
  if (moment !== undefined) return moment;
  const isUnix = date instanceof Int && types.includes(date.type.name);
  return isUnix ? Moment.atUnix(date.value) : Moment.atUnixNanoseconds(now());
}

function age({ now }: CallContext, moment: Moment): bigint {
  return Moment.atUnixNanoseconds(now()).since(moment);
}

const mostSeconds = 2n ** 63n - 1n;

/** As strconv.ParseInt reads it, errors passed over: the nearest number where it is out of range, 0 where it is none. */
function toSeconds(value: Value): bigint {
  if (value instanceof Int && value.type.name === 'int64') return value.value;
  if (typeof value !== 'string' || !/^[+-]?[0-9]+$/.test(value)) return 0n;
  const digits = value.replace(/^[+-]?0*/, '');
  const size = digits.length > 19 ? mostSeconds + 1n : BigInt(digits === '' ? '0' : digits);
  if (value.startsWith('-')) return size > mostSeconds ? -mostSeconds - 1n : -size;
  return size > mostSeconds ? mostSeconds : size;
}

function toDuration(context: CallContext, value: Value): bigint {
  if (typeof value === 'string') return lenientDuration(value);
  if (value instanceof Int && value.type.name === 'int64') return value.value;
  const moment = momentIn(value);
  return moment === undefined ? 0n : age(context, moment);
}

function lenientDuration(value: string): bigint {
  return orElse(() => parseDuration(value), 0n);
}

function lenientTime({ meter }: CallContext, layout: string, date: string): Moment {
  return orElse(() => parseTime(layout, date, meter), new Moment(0n, 0, utc));
}

function orElse<T>(call: () => T, fallback: T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof FunctionError) return fallback;
    throw error;
  }
}
