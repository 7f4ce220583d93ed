import type { Codec } from '../value/go-function.ts';
import { bool, float64, goFunction, int, int64, meteredFunction, text } from '../value/go-function.ts';
import type { GoFunction, GoType, Value } from '../value/value.ts';
import { absoluteDuration, durationIn, hour, minute, roundDuration, second, truncateDuration } from './duration.ts';
import { formatDuration } from './duration.ts';
import { formatTime, timeText } from './format-time.ts';
import { goTimeText } from './go-time-text.ts';
import type { Moment } from './moment.ts';
import type { Zone } from './zone.ts';
import { local, utc } from './zone.ts';

type Methods = NonNullable<GoType['methods']>;

/** How the types of package time are read and written. */
interface TimeCodecs {
  readonly time: Codec<Moment>;
  readonly duration: Codec<bigint>;
  readonly month: Codec<number>;
  readonly weekday: Codec<number>;
  readonly location: Codec<Zone>;
}

/** A method without parameters. */
function getter<T, R>(receiver: Pick<Codec<T>, 'read'>, result: Pick<Codec<R>, 'write'>, get: (value: T) => R): (value: Value) => GoFunction {
  return (value) => goFunction([], result, () => get(receiver.read(value)));
}

/** Methods of time.Time with one result. */
export function timeMethods({ time, duration, month, weekday, location }: TimeCodecs): Methods {
  const get = <R>(result: Pick<Codec<R>, 'write'>, read: (moment: Moment) => R) => getter(time, result, read);
  const compare = (matches: (order: number) => boolean) => (value: Value) =>
    goFunction([time], bool, (other) => matches(time.read(value).compare(other)));
  const shift = (by: (moment: Moment, amount: bigint) => Moment) => (value: Value) =>
    goFunction([duration], time, (amount) => by(time.read(value), amount));
  return new Map<string, (value: Value) => GoFunction>([
    ['Format', (value) => meteredFunction([text], text, ({ meter }, layout) => formatTime(time.read(value), layout, meter))],
    ['String', get(text, timeText)],
    ['GoString', get(text, goTimeText)],
    ['Year', get(int, ({ civil }) => civil.year)],
    ['Month', get(month, ({ civil }) => civil.month)],
    ['Day', get(int, ({ civil }) => civil.day)],
    ['Hour', get(int, ({ civil }) => civil.hour)],
    ['Minute', get(int, ({ civil }) => civil.minute)],
    ['Second', get(int, ({ civil }) => civil.second)],
    ['Nanosecond', get(int, ({ nanoseconds }) => nanoseconds)],
    ['Weekday', get(weekday, (moment) => moment.weekday)],
    ['YearDay', get(int, ({ yearDay }) => yearDay)],
    ['Unix', get(int64, ({ unix }) => unix)],
    ['UnixMilli', get(int64, (moment) => unixIn(moment, 1_000n))],
    ['UnixMicro', get(int64, (moment) => unixIn(moment, 1_000_000n))],
    ['UnixNano', get(int64, ({ unixNanoseconds }) => unixNanoseconds)],
    ['IsZero', get(bool, ({ isZero }) => isZero)],
    ['UTC', get(time, (moment) => moment.in(utc))],
    ['Local', get(time, (moment) => moment.in(local))],
    ['Location', get(location, ({ zone }) => zone)],
    ['In', (value) => goFunction([location], time, (zone) => time.read(value).in(zone))],
    ['After', compare((order) => order > 0)],
    ['Before', compare((order) => order < 0)],
    ['Equal', compare((order) => order === 0)],
    ['Compare', (value) => goFunction([time], int, (other) => time.read(value).compare(other))],
    ['Add', shift((moment, amount) => moment.add(amount))],
    ['Round', shift((moment, amount) => moment.round(amount))],
    ['Truncate', shift((moment, amount) => moment.truncate(amount))],
    ['Sub', (value) => goFunction([time], duration, (other) => time.read(value).since(other))],
    ['AddDate', (value) => goFunction([int, int, int], time, (years, months, days) => time.read(value).addDate(years, months, days))],
  ]);
}

function unixIn({ unix, nanoseconds }: Moment, perSecond: bigint): bigint {
  return unix * perSecond + BigInt(nanoseconds) / (1_000_000_000n / perSecond);
}

/** All methods of time.Duration. */
export function durationMethods(duration: Codec<bigint>): Methods {
  const get = <R>(result: Pick<Codec<R>, 'write'>, read: (value: bigint) => R) => getter(duration, result, read);
  const shift = (by: (value: bigint, multiple: bigint) => bigint) => (value: Value) =>
    goFunction([duration], duration, (multiple) => by(duration.read(value), multiple));
  return new Map<string, (value: Value) => GoFunction>([
    ['Hours', get(float64, (value) => durationIn(value, hour))],
    ['Minutes', get(float64, (value) => durationIn(value, minute))],
    ['Seconds', get(float64, (value) => durationIn(value, second))],
    ['Milliseconds', get(int64, (value) => value / 1_000_000n)],
    ['Microseconds', get(int64, (value) => value / 1_000n)],
    ['Nanoseconds', get(int64, (value) => value)],
    ['String', get(text, formatDuration)],
    ['Abs', get(duration, absoluteDuration)],
    ['Round', shift(roundDuration)],
    ['Truncate', shift(truncateDuration)],
  ]);
}

/** The only method of a type is String. */
export function textMethods(toText: (value: Value) => string): Methods {
  return new Map([['String', (value: Value) => goFunction([], text, () => toText(value))]]);
}
