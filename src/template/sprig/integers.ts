import { atoi, parseInteger } from '../format/parse-number.ts';
import { formatValue } from '../format/format-value.ts';
import { FunctionError } from '../template-error.ts';
import { int } from '../value/go-type.ts';
import type { Codec, FunctionMap } from '../value/go-function.ts';
import { any, constantFunction, goFunction, int64, meteredFunction, rest, text } from '../value/go-function.ts';
import { intTypes } from '../value/go-type.ts';
import type { CallContext, Value } from '../value/value.ts';
import { toInt64 } from './convert-number.ts';

/** Go's int, from a bigint that is within its range. */
const wholeInt: Pick<Codec<bigint>, 'type' | 'write'> = { type: intTypes.int, write: int };

const largest = constantFunction([any, rest(any)], int64, (first, others) => pick(first, others, (one, other) => one > other));

/** Conversions to integers, and arithmetic with them, which wraps around. */
export const integers: FunctionMap = new Map([
  ['int', goFunction([any], wholeInt, toInt64)],
  ['int64', goFunction([any], int64, toInt64)],
  ['atoi', goFunction([text], wholeInt, (value) => atoi(value).value)],
  ['toDecimal', meteredFunction([any], int64, fromOctal)],
  ['add1', constantFunction([any], int64, (value) => toInt64(value) + 1n)],
  ['add', constantFunction([rest(any)], int64, (values) => values.reduce<bigint>((sum, value) => sum + toInt64(value), 0n))],
  ['sub', constantFunction([any, any], int64, (one, other) => toInt64(one) - toInt64(other))],
  ['mul', constantFunction([any, rest(any)], int64, multiply)],
  ['div', constantFunction([any, any], int64, (one, other) => toInt64(one) / divisor(other))],
  ['mod', constantFunction([any, any], int64, (one, other) => toInt64(one) % divisor(other))],
  ['max', largest],
  ['biggest', largest],
  ['min', constantFunction([any, rest(any)], int64, (first, others) => pick(first, others, (one, other) => one < other))],
]);

/** Reads what `%v` prints as an octal number. */
function fromOctal(context: CallContext, value: Value): bigint {
  const { value: read, problem } = parseInteger(formatValue(value, context.meter), 8);
  return problem === undefined ? read : 0n;
}

function multiply(first: Value, others: readonly Value[]): bigint {
  // wraps at every step, so that the numbers stay small
  return others.reduce<bigint>((product, value) => BigInt.asIntN(64, product * toInt64(value)), toInt64(first));
}

function divisor(value: Value): bigint {
  const read = toInt64(value);
  if (read === 0n) throw new FunctionError('runtime error: integer divide by zero');
  return read;
}

function pick(first: Value, others: readonly Value[], isBetter: (one: bigint, other: bigint) => boolean): bigint {
  let best = toInt64(first);
  for (const other of others) {
    const read = toInt64(other);
    if (isBetter(read, best)) best = read;
  }
  return best;
}
