import { FunctionError } from '../template-error.ts';
import type { Codec } from '../value/go-function.ts';
import { int, intTypes } from '../value/go-type.ts';
import type { GoType, Value } from '../value/value.ts';
import { Int, Struct } from '../value/value.ts';
import { dayNames, monthNames } from './calendar-names.ts';
import { formatDuration } from './duration.ts';
import { durationMethods, textMethods, timeMethods } from './time-methods.ts';
import { formatTime, rfc3339Nano, timeText } from './format-time.ts';
import { goTimeText } from './go-time-text.ts';
import type { Moment } from './moment.ts';
import type { Zone } from './zone.ts';
import { utc } from './zone.ts';

/** A time.Time as templates see it. */
class TimeValue extends Struct {
  readonly moment: Moment;

  constructor(moment: Moment) {
    const { seconds, nanoseconds, zone } = moment;
    // what comparisons look at, under Go's names
    const instant: [string, Value][] = [
      ['wall', new Int(intTypes.uint64, BigInt(nanoseconds))],
      ['ext', new Int(intTypes.int64, seconds)],
    ];
    super(timeType, new Map(), new Map([...instant, ['loc', zone === utc ? undefined : locationOf(zone)]]));
    this.moment = moment;
  }
}

/** A *time.Location. */
class LocationValue extends Struct {
  readonly zone: Zone;

  constructor(zone: Zone) {
    super(locationType, new Map(), new Map<string, Value>([['name', zone.name], ['zone', zone.abbreviation], ['offset', int(zone.offset)]]));
    this.zone = zone;
  }
}

const locations = new WeakMap<Zone, LocationValue>();

/** The one *time.Location of a zone: pointers are equal only to themselves. */
function locationOf(zone: Zone): LocationValue {
  const location = locations.get(zone) ?? new LocationValue(zone);
  locations.set(zone, location);
  return location;
}

const durationType: GoType = {
  kind: 'int64',
  name: 'time.Duration',
  text: (value) => formatDuration(readInt(value)),
  // methods name the type that they belong to
  get methods() {
    return methodsOfDuration;
  },
};

const monthType = named('time.Month', monthNames, 1);
const weekdayType = named('time.Weekday', dayNames, 0);

const locationType: GoType = { kind: 'ptr', name: '*time.Location', text: locationName, methods: textMethods(locationName) };

const timeType: GoType = {
  kind: 'struct',
  name: 'time.Time',
  text: (value) => timeText(readTime(value)),
  goSyntax: (value) => goTimeText(readTime(value)),
  json: (value) => marshalTime(readTime(value)),
  get methods() {
    return methodsOfTime;
  },
};

/** A time.Time. Templates may call all its methods of one result, save those for Go's own encodings, and IsDST. */
export const time: Codec<Moment> = { type: timeType, read: readTime, write: (moment) => new TimeValue(moment) };

/** A time.Duration, in nanoseconds. */
export const duration: Codec<bigint> = { type: durationType, read: readInt, write: (value) => new Int(durationType, BigInt.asIntN(64, value)) };

const month: Codec<number> = numbered(monthType);
const weekday: Codec<number> = numbered(weekdayType);
const location: Codec<Zone> = { type: locationType, read: readZone, write: locationOf };

const methodsOfTime = timeMethods({ time, duration, month, weekday, location });
const methodsOfDuration = durationMethods(duration);

/** The moment that a value is, where it is a time. */
export function momentIn(value: Value): Moment | undefined {
  return value instanceof TimeValue ? value.moment : undefined;
}

function readTime(value: Value): Moment {
  const moment = momentIn(value);
  if (moment === undefined) throw new TypeError('the evaluator passed something else for time.Time');
  return moment;
}

function readInt(value: Value): bigint {
  if (value instanceof Int) return value.value;
  throw new TypeError('the evaluator passed something else for an integer');
}

function numbered(type: GoType): Codec<number> {
  return { type, read: (value) => Number(readInt(value)), write: (value) => new Int(type, BigInt(value)) };
}

/** An int whose values have names. */
function named(name: string, names: readonly string[], first: number): GoType {
  const short = name.slice(name.indexOf('.') + 1);
  const text = (value: Value): string => names[Number(readInt(value)) - first] ?? `%!${short}(${readInt(value)})`;
  return { kind: 'int', name, text, methods: textMethods(text) };
}

function readZone(value: Value): Zone {
  if (value instanceof LocationValue) return value.zone;
  // Go panics at a nil pointer
  throw new FunctionError('a time needs a location', 'time: missing Location in call to Time.In');
}

function locationName(value: Value): string {
  return readZone(value).name;
}

function marshalTime(moment: Moment): string {
  const { year } = moment.civil;
  if (year < 0 || year > 9999) throw yearError;
  if (Math.abs(moment.zone.offset) >= 24 * 3600) throw zoneError;
  return formatTime(moment, rfc3339Nano);
}

const yearError = marshalError('year outside of range [0,9999]');
const zoneError = marshalError('timezone hour outside of range [0,23]');

function marshalError(problem: string): FunctionError {
  return new FunctionError(`a time cannot be written as JSON: ${problem}`, `json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: ${problem}`);
}
