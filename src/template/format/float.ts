import type { Decimal } from './decimal.ts';
import { binaryOf, exactDecimal, roundDecimal, shortestDecimal } from './decimal.ts';
import { formatHexFloat } from './hex-float.ts';

export type FloatVerb = 'b' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X';

/**
 * strconv.FormatFloat for 64 bits, correctly rounded from the exact value. A negative precision takes the fewest digits that read as the
 * same number. The text is about as long as the precision: whoever takes it from a template charges for it before.
 */
export function formatFloat(value: number, verb: FloatVerb, precision = -1): string {
  if (Number.isNaN(value)) return 'NaN';
  const isNegative = value < 0 || Object.is(value, -0);
  if (!Number.isFinite(value)) return isNegative ? '-Inf' : '+Inf';
  const magnitude = Math.abs(value);
  return (isNegative ? '-' : '') + formatMagnitude(magnitude, verb, precision);
}

function formatMagnitude(value: number, verb: FloatVerb, precision: number): string {
  switch (verb) {
    case 'b': {
      const { mantissa, exponent } = binaryOf(value);
      return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
    }
    case 'x':
    case 'X':
      return formatHexFloat(binaryOf(value), verb === 'X', precision);
    case 'f':
      return formatPlain(value, precision);
    case 'e':
    case 'E':
      return formatScientific(value, verb, precision);
    case 'g':
    case 'G':
      return formatGeneral(value, verb === 'g' ? 'e' : 'E', precision);
  }
}

function formatPlain(value: number, precision: number): string {
  if (precision < 0) {
    const shortest = shortestDecimal(value);
    return plain(shortest, Math.max(shortest.digits.length - shortest.point, 0));
  }
  const exact = exactDecimal(value);
  return plain(roundDecimal(exact, exact.point + precision), precision);
}

function formatScientific(value: number, letter: 'e' | 'E', precision: number): string {
  if (precision >= 0) return scientific(roundDecimal(exactDecimal(value), precision + 1), letter, precision);
  const shortest = shortestDecimal(value);
  return scientific(shortest, letter, Math.max(shortest.digits.length - 1, 0));
}

/** Plain as long as the exponent fits the precision, which is that of significant digits; no zeros are added at the end. */
function formatGeneral(value: number, letter: 'e' | 'E', precision: number): string {
  const wanted = precision === 0 ? 1 : precision;
  const decimal = wanted < 0 ? shortestDecimal(value) : roundDecimal(exactDecimal(value), wanted);
  const { length } = decimal.digits;
  const significant = wanted < 0 ? length : wanted;
  const exponent = decimal.point - 1;
  if (exponent < -4 || exponent >= plainLimit(decimal, wanted)) return scientific(decimal, letter, Math.min(significant, length) - 1);
  return plain(decimal, Math.max((significant > decimal.point ? length : significant) - decimal.point, 0));
}

/** The exponent from which on a number is written with one. */
function plainLimit({ digits, point }: Decimal, wanted: number): number {
  if (wanted < 0) return 6;
  return wanted > digits.length && digits.length >= point ? digits.length : wanted;
}

/** DDD.DDD with that many digits after the point. */
function plain({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point >= 0 ? digits.slice(point, point + precision) : ('0'.repeat(Math.min(-point, precision)) + digits).slice(0, precision);
  return `${whole}.${fraction.padEnd(precision, '0')}`;
}

/** D.DDDe±DD with that many digits after the point. */
function scientific({ digits, point }: Decimal, letter: 'e' | 'E', precision: number): string {
  const exponent = digits === '' ? 0 : point - 1;
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  return `${digits.charAt(0) || '0'}${fraction}${letter}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
