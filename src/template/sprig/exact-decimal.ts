import type { Meter } from '../value/value.ts';
import { FunctionError } from '../template-error.ts';

/** coefficient × 10^exponent, as shopspring/decimal holds a number. */
export interface ExactDecimal {
  readonly coefficient: bigint;
  readonly exponent: number;
  /** About how many digits the coefficient has, at most. */
  readonly digits: number;
}

/** How many digits after the point a quotient is given. */
const divisionDigits = 16;

/** The shortest decimal number that reads as the same float64. */
export function decimalOf(value: number): ExactDecimal {
  if (!Number.isFinite(value)) {
    const shown = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
    throw new FunctionError('Cannot create a Decimal from NaN or an infinity', `Cannot create a Decimal from ${shown}`);
  }
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { coefficient: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length, digits: 17 };
}

/** The float64 that is nearest. */
export function numberOf({ coefficient, exponent, digits }: ExactDecimal, meter: Meter): number {
  meter.step(digits / 10);
  // V8 rounds to the nearest, however many digits there are
  return Number(`${coefficient}e${exponent}`);
}

export function addDecimals(one: ExactDecimal, other: ExactDecimal, meter: Meter): ExactDecimal {
  const exponent = Math.min(one.exponent, other.exponent);
  const digits = Math.max(one.digits + one.exponent, other.digits + other.exponent) - exponent + 1;
  meter.step(digits / 100);
  return { coefficient: scaled(one, exponent) + scaled(other, exponent), exponent, digits };
}

export function negated(one: ExactDecimal): ExactDecimal {
  return { ...one, coefficient: -one.coefficient };
}

export function multiplyDecimals(one: ExactDecimal, other: ExactDecimal, meter: Meter): ExactDecimal {
  const digits = one.digits + other.digits;
  meter.step(digits / 100);
  return { coefficient: one.coefficient * other.coefficient, exponent: one.exponent + other.exponent, digits };
}

/** A quotient of sixteen digits after the point, halves rounded away from zero. */
export function divideDecimals(one: ExactDecimal, other: ExactDecimal, meter: Meter): ExactDecimal {
  if (other.coefficient === 0n) throw new FunctionError('decimal division by 0');
  const shift = one.exponent - other.exponent + divisionDigits;
  const digits = Math.max(one.digits + shift, 0) + 1;
  meter.step((Math.abs(shift) + digits) / 100);
  const dividend = shift > 0 ? one.coefficient * 10n ** BigInt(shift) : one.coefficient;
  const divisor = shift < 0 ? other.coefficient * 10n ** BigInt(-shift) : other.coefficient;
  const quotient = dividend / divisor;
  const doubled = magnitude(dividend - quotient * divisor) * 2n;
  const away = dividend < 0n === divisor < 0n ? 1n : -1n;
  return { coefficient: doubled < magnitude(divisor) ? quotient : quotient + away, exponent: -divisionDigits, digits };
}

/** The coefficient for a smaller exponent. */
function scaled({ coefficient, exponent }: ExactDecimal, smaller: number): bigint {
  return exponent === smaller ? coefficient : coefficient * 10n ** BigInt(exponent - smaller);
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
