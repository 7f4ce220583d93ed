import { parseFloat64 } from '../../../../template/format/parse-number.ts';
import { quote } from '../../../../template/format/quote.ts';
import { FunctionError } from '../../../../template/template-error.ts';
import { durationIn, hour, minute, parseDuration, roundDuration, second, truncateDuration } from '../../../../template/time/duration.ts';
import { duration } from '../../../../template/time/time-value.ts';
import type { Codec, FunctionMap } from '../../../../template/value/go-function.ts';
import { any, float64, goFunction, int64 } from '../../../../template/value/go-function.ts';
import { typeName } from '../../../../template/value/go-type.ts';
import type { GoFunction, Value } from '../../../../template/value/value.ts';
import { Int } from '../../../../template/value/value.ts';

/** Helm's functions for durations: texts such as `1h30m`, and numbers of seconds. All but the first take what is none for zero. */
export const durationFunctions: FunctionMap = new Map([
  ['mustToDuration', goFunction([any], duration, readDuration)],
  ['durationSeconds', inUnit(float64, 0, (value) => durationIn(value, second))],
  ['durationMilliseconds', inUnit(int64, 0n, (value) => value / 1_000_000n)],
  ['durationMicroseconds', inUnit(int64, 0n, (value) => value / 1_000n)],
  ['durationNanoseconds', inUnit(int64, 0n, (value) => value)],
  ['durationMinutes', inUnit(float64, 0, (value) => durationIn(value, minute))],
  ['durationHours', inUnit(float64, 0, (value) => durationIn(value, hour))],
  ['durationDays', inUnit(float64, 0, (value) => durationIn(value, hour) / 24)],
  ['durationWeeks', inUnit(float64, 0, (value) => durationIn(value, hour) / 24 / 7)],
  ['durationRoundTo', toMultiple(roundDuration)],
  ['durationTruncateTo', toMultiple(truncateDuration)],
]);

function inUnit<R>(result: Pick<Codec<R>, 'write'>, zero: R, convert: (value: bigint) => R): GoFunction {
  return goFunction([any], result, (value) => {
    const read = durationOrNone(value);
    return read === undefined ? zero : convert(read);
  });
}

function toMultiple(convert: (value: bigint, multiple: bigint) => bigint): GoFunction {
  return goFunction([any, any], duration, (value, multiple) => {
    const read = durationOrNone(value) ?? 0n;
    const step = durationOrNone(multiple);
    return step === undefined ? read : convert(read, step);
  });
}

function durationOrNone(value: Value): bigint | undefined {
  try {
    return readDuration(value);
  } catch (error) {
    if (error instanceof FunctionError) return undefined;
    throw error;
  }
}

function readDuration(value: Value): bigint {
  if (value === undefined) throw new FunctionError('invalid duration');
  if (typeof value === 'string') return ofText(value);
  if (typeof value === 'number') return ofSeconds(value);
  if (!(value instanceof Int)) throw new FunctionError('this is no duration', `unsupported duration type ${typeName(value)}`);
  if (value.type === duration.type) return value.value;
  const nanoseconds = value.value * second;
  if (BigInt.asIntN(64, nanoseconds) !== nanoseconds) throw overflow(String(value.value));
  return nanoseconds;
}

function ofText(text: string): bigint {
  const trimmed = text.trim();
  if (trimmed === '') throw new FunctionError('empty duration');
  try {
    return parseDuration(trimmed);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
  }
  const seconds = parseFloat64(trimmed);
  if (seconds === undefined) throw new FunctionError('could not parse a duration', `could not parse duration ${quote(text)}`);
  return ofSeconds(seconds);
}

const mostSeconds = 9_223_372_036.854_776;

function ofSeconds(seconds: number): bigint {
  if (!Number.isFinite(seconds)) throw new FunctionError('invalid duration seconds');
  if (Math.abs(seconds) > mostSeconds) throw overflow(String(seconds));
  return BigInt(Math.trunc(seconds * 1e9));
}

function overflow(seconds: string): FunctionError {
  return new FunctionError('duration seconds overflow', `duration seconds overflow: ${seconds}`);
}
