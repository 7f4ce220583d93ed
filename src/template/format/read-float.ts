import { TextBuilder } from '../value/text-builder.ts';
import { underscoresAreFine } from './underscores.ts';

/** What was read, and what is wrong with it: beyond the range, the value is infinite. */
export interface ReadFloat {
  readonly value: number;
  readonly reason?: string;
}

const syntax: ReadFloat = { value: 0, reason: 'invalid syntax' };

/** The parts of a number; a byte string has none of the characters that `\d` and `i` could match beyond ASCII. */
const decimalForm = /^([+-]?)([\d_]*)(?:\.([\d_]*))?(?:e([+-]?\d[\d_]*))?$/i;
const hexForm = /^([+-]?)0x([\da-f_]*)(?:\.([\da-f_]*))?p([+-]?\d[\d_]*)$/i;

/** Go's ParseFloat for 64 bits. */
export function readFloat(text: string): ReadFloat {
  const special = specialValue(text);
  if (special !== undefined) return { value: special };
  const hex = hexForm.exec(text);
  const found = hex ?? decimalForm.exec(text);
  if (found === null) return syntax;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  if (text.includes('_') && !underscoresAreFine(text)) return syntax;
  const digits = withoutUnderscores(whole + fraction);
  if (digits === '') return syntax;
  const point = withoutUnderscores(whole).length;
  const magnitude = hex === null ? decimalValue(digits, point, readExponent(exponent)) : hexValue(digits, point, readExponent(exponent));
  const value = sign === '-' ? -magnitude : magnitude;
  return Number.isFinite(value) ? { value } : { value, reason: 'value out of range' };
}

function withoutUnderscores(text: string): string {
  if (!text.includes('_')) return text;
  const kept = new TextBuilder();
  // in pieces, as a long text would take many times its memory
  for (let start = 0; start < text.length; start += 4096) kept.add(text.slice(start, start + 4096).replaceAll('_', ''));
  return kept.text();
}

function specialValue(text: string): number | undefined {
  switch (text.length <= 9 ? text.toLowerCase() : '') {
    case 'nan':
      return Number.NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Number.POSITIVE_INFINITY;
    case '-inf':
    case '-infinity':
      return Number.NEGATIVE_INFINITY;
    default:
      return undefined;
  }
}

/** Exponents beyond ±10^5 are not read to their end: they are far beyond the range, whatever the digits. */
function readExponent(text: string): number {
  const digits = withoutUnderscores(text);
  const isNegative = digits.startsWith('-');
  let value = 0;
  for (const digit of digits.replace(/^[+-]/, '')) if (value < 10_000) value = value * 10 + Number(digit);
  return isNegative ? -value : value;
}

/** 0.DIGITS × 10^(point + exponent). */
function decimalValue(digits: string, point: number, exponent: number): number {
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return 0;
  const place = point - (digits.length - significant.length) + exponent;
  if (place > 310) return Number.POSITIVE_INFINITY;
  // V8 rounds correctly, however many digits there are
  return place < -330 ? 0 : Number(`0.${significant}e${place}`);
}

/** 0.DIGITS × 16^point × 2^exponent, rounded once, half to even. */
function hexValue(digits: string, point: number, exponent: number): number {
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return 0;
  const place = (point - (digits.length - significant.length)) * 4 + exponent;
  // what lies beyond 64 bits only says whether the rest is more than nothing
  const head = significant.slice(0, 16);
  let bits = BigInt(`0x${head}`);
  if (/[^0]/.test(significant.slice(16))) bits |= 1n;
  return scaled(bits, place - head.length * 4);
}

/** bits × 2^exponent. The lowest bit may stand for any rest. */
function scaled(bits: bigint, exponent: number): number {
  const size = bits.toString(2).length;
  // the exponent of the last bit that the result can hold: doubles have 53 bits, and none below 2^-1074
  const last = Math.max(exponent + size - 53, -1074);
  const shift = last - exponent;
  if (shift <= 0) return last + size > 1100 ? Number.POSITIVE_INFINITY : Number(bits) * 2 ** exponent;
  if (shift > size + 1) return 0;
  const kept = bits >> BigInt(shift);
  const rest = bits - (kept << BigInt(shift));
  const half = 1n << BigInt(shift - 1);
  const rounded = rest > half || (rest === half && (kept & 1n) === 1n) ? kept + 1n : kept;
  if (last > 1100) return Number.POSITIVE_INFINITY;
  // exact, as the product has at most 53 bits; in two steps, as neither power may go beyond the range
  const step = Math.trunc(last / 2);
  return Number(rounded) * 2 ** step * 2 ** (last - step);
}
