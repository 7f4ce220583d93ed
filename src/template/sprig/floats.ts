import type { FunctionMap } from '../value/go-function.ts';
import { any, constantFunction, float64, goFunction, int, meteredFunction, rest } from '../value/go-function.ts';
import type { GoFunction, Meter, Value } from '../value/value.ts';
import { toFloat64 } from './convert-number.ts';
import type { ExactDecimal } from './exact-decimal.ts';
import { addDecimals, decimalOf, divideDecimals, multiplyDecimals, negated, numberOf } from './exact-decimal.ts';
import { powerOfTen } from './power-of-ten.ts';

type Operation = (one: ExactDecimal, other: ExactDecimal, meter: Meter) => ExactDecimal;

/** Conversion to float64, and arithmetic: of sums and products with exact decimals that are rounded once, at the end. */
export const floats: FunctionMap = new Map([
  ['float64', goFunction([any], float64, toFloat64)],
  ['add1f', meteredFunction([any], float64, ({ meter }, value) => combine(toFloat64(value), [1], addDecimals, meter))],
  ['addf', meteredFunction([rest(any)], float64, ({ meter }, values) => combine(0, values, addDecimals, meter))],
  ['subf', exact((one, other, meter) => addDecimals(one, negated(other), meter))],
  ['mulf', exact(multiplyDecimals)],
  ['divf', exact(divideDecimals)],
  ['maxf', constantFunction([any, rest(any)], float64, (first, others) => pick(first, others, Math.max, Number.POSITIVE_INFINITY))],
  ['minf', constantFunction([any, rest(any)], float64, (first, others) => pick(first, others, Math.min, Number.NEGATIVE_INFINITY))],
  ['ceil', constantFunction([any], float64, (value) => Math.ceil(toFloat64(value)))],
  ['floor', constantFunction([any], float64, (value) => Math.floor(toFloat64(value)))],
  ['round', constantFunction([any, int, rest(float64)], float64, (value, places, [from = 0.5]) => round(toFloat64(value), places, from))],
]);

function exact(operation: Operation): GoFunction {
  return meteredFunction([any, rest(any)], float64, ({ meter }, first, others) => combine(toFloat64(first), others, operation, meter));
}

function combine(first: number, others: readonly Value[], operation: Operation, meter: Meter): number {
  let result = decimalOf(first);
  for (const other of others) result = operation(result, decimalOf(toFloat64(other)), meter);
  return numberOf(result, meter);
}

/** Go's math.Max and math.Min: the infinity that cannot be outdone comes before NaN. */
function pick(first: Value, others: readonly Value[], better: (one: number, other: number) => number, best: number): number {
  let result = toFloat64(first);
  for (const other of others) {
    const read = toFloat64(other);
    result = result === best || read === best ? best : better(result, read);
  }
  return result;
}

/** @param from the fraction from which on it rounds up; negative numbers have a negative fraction, and so round down */
function round(value: number, places: number, from: number): number {
  const power = powerOfTen(places);
  const shifted = power * value;
  return (shifted % 1 >= from ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}
