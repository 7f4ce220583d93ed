import { FunctionError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { quoteTime } from './quote-time.ts';

export const second = 1_000_000_000n;
export const minute = 60n * second;
export const hour = 60n * minute;

const longest = 2n ** 63n - 1n;
const shortest = -(2n ** 63n);
/** The magnitude of the shortest one. */
const most = 2n ** 63n;

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  [fromText('\u00b5s'), 1_000n],
  [fromText('\u03bcs'), 1_000n],
  ['ms', 1_000_000n],
  ['s', second],
  ['m', minute],
  ['h', hour],
]);

const part = /([0-9]*)(\.?)([0-9]*)([^0-9.]*)/y;

/**
 * Go's time.ParseDuration.
 * @param text a byte string
 * @returns nanoseconds
 * @throws FunctionError
 */
export function parseDuration(text: string): bigint {
  const isNegative = text.startsWith('-');
  const digits = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (digits === '0') return 0n;
  if (digits === '') throw invalid(text);
  let total = 0n;
  for (part.lastIndex = 0; part.lastIndex < digits.length; ) {
    const [, whole = '', , fraction = '', unit = ''] = part.exec(digits) ?? [];
    if (whole === '' && fraction === '') throw invalid(text);
    total += readPart(text, whole, fraction, unit);
    if (total > most) throw invalid(text);
  }
  if (!isNegative && total > longest) throw invalid(text);
  return isNegative ? -total : total;
}

function readPart(text: string, whole: string, fraction: string, name: string): bigint {
  // more digits than these are too many whatever they are, save for zeros
  const significant = whole.replace(/^0+/, '');
  if (significant.length > 19 || BigInt(significant === '' ? '0' : significant) > most) throw invalid(text);
  if (name === '') throw new FunctionError('missing unit in duration', `time: missing unit in duration ${quoteTime(text)}`);
  const unit = units.get(name);
  if (unit === undefined) throw new FunctionError('unknown unit in duration', `time: unknown unit ${quoteTime(name)} in duration ${quoteTime(text)}`);
  const count = BigInt(significant === '' ? '0' : significant);
  if (count > most / unit) throw invalid(text);
  const total = count * unit + readFraction(fraction, unit);
  if (total > most) throw invalid(text);
  return total;
}

/** Go computes this with float64, and stops at the digits that 63 bits hold. */
function readFraction(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    const next = value * 10n + BigInt(digit);
    if (value > longest / 10n || next > most) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.floor(Number(value) * (Number(unit) / scale)));
}

function invalid(text: string): FunctionError {
  return new FunctionError('invalid duration', `time: invalid duration ${quoteTime(text)}`);
}

/** Duration.String: `1h0m0.5s`, `1.5ms`, `0s`. @returns a byte string */
export function formatDuration(duration: bigint): string {
  if (duration === 0n) return '0s';
  const sign = duration < 0n ? '-' : '';
  const size = duration < 0n ? -duration : duration;
  if (size < 1_000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return fromText(`${sign}${decimal(size, 3)}\u00b5s`);
  if (size < second) return `${sign}${decimal(size, 6)}ms`;
  const seconds = `${decimal(size % minute, 9)}s`;
  if (size < minute) return sign + seconds;
  if (size < hour) return `${sign}${size / minute}m${seconds}`;
  return `${sign}${size / hour}h${(size / minute) % 60n}m${seconds}`;
}

/** `value / 10^digits` without zeros at the end. */
function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = String(value % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / scale) : `${value / scale}.${fraction}`;
}

/** Toward zero, to a multiple of another duration. */
export function truncateDuration(duration: bigint, multiple: bigint): bigint {
  return multiple <= 0n ? duration : duration - (duration % multiple);
}

/** To the nearest multiple; half of one is rounded away from zero. */
export function roundDuration(duration: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return duration;
  const sign = duration < 0n ? -1n : 1n;
  const size = duration * sign;
  const rest = size % multiple;
  const rounded = sign * (rest * 2n < multiple ? size - rest : size - rest + multiple);
  return rounded > longest ? longest : rounded < shortest ? shortest : rounded;
}

/** The shortest duration has no counterpart, and gives the longest. */
export function absoluteDuration(duration: bigint): bigint {
  return duration === shortest ? longest : duration < 0n ? -duration : duration;
}

/** A duration as a count of some unit, added up as Go does. */
export function durationIn(duration: bigint, unit: bigint): number {
  return Number(duration / unit) + Number(duration % unit) / Number(unit);
}
