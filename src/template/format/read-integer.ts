import { underscoresAreFine } from './underscores.ts';

/** What was read, and what is wrong with it: beyond the range, the value is the nearest within. */
export interface ReadInteger {
  readonly value: bigint;
  readonly reason?: string;
}

const syntax: ReadInteger = { value: 0n, reason: 'invalid syntax' };
const outOfRange = (value: bigint): ReadInteger => ({ value, reason: 'value out of range' });

/** Go's ParseUint: `base` 0 takes the base from the prefix and allows underscores. */
export function readUnsigned(text: string, base: number, bits: number): ReadInteger {
  if (text === '') return syntax;
  if (base !== 0 && (base < 2 || base > 36)) return { value: 0n, reason: `invalid base ${base}` };
  if (bits < 0 || bits > 64) return { value: 0n, reason: `invalid bit size ${bits}` };
  const { digits, radix } = base === 0 ? splitPrefix(text) : { digits: text, radix: base };
  const read = readDigits(digits, radix, 2n ** BigInt(bits === 0 ? 64 : bits) - 1n, base === 0);
  if (read.reason === undefined && base === 0 && text.includes('_') && !underscoresAreFine(text)) return syntax;
  return read;
}

/** Go's ParseInt. */
export function readSigned(text: string, base: number, bits: number): ReadInteger {
  const isNegative = text.startsWith('-');
  const read = readUnsigned(isNegative || text.startsWith('+') ? text.slice(1) : text, base, bits);
  if (read.reason !== undefined && read.reason !== 'value out of range') return read;
  const limit = 2n ** BigInt((bits === 0 ? 64 : bits) - 1);
  if (isNegative) return read.value > limit ? outOfRange(-limit) : { value: -read.value };
  return read.value >= limit ? outOfRange(limit - 1n) : read;
}

function splitPrefix(text: string): { readonly digits: string; readonly radix: number } {
  if (!text.startsWith('0')) return { digits: text, radix: 10 };
  const radix = text.length < 3 ? undefined : { b: 2, o: 8, x: 16 }[text.charAt(1).toLowerCase()];
  return radix === undefined ? { digits: text.slice(1), radix: 8 } : { digits: text.slice(2), radix };
}

/** Stops at the first digit that is beyond the range, as Go does: what follows may be anything. */
function readDigits(digits: string, radix: number, max: bigint, allowsUnderscores: boolean): ReadInteger {
  // a number as long as it is exact, for speed
  let small = 0;
  let large: bigint | undefined;
  for (let index = 0; index < digits.length; index += 1) {
    const code = digits.charCodeAt(index);
    if (code === 0x5f && allowsUnderscores) continue;
    const digit = digitOf(code);
    if (digit >= radix) return syntax;
    if (large === undefined && small < 2 ** 47) {
      small = small * radix + digit;
      if (small > max) return outOfRange(max);
    } else {
      large = (large ?? BigInt(small)) * BigInt(radix) + BigInt(digit);
      if (large > max) return outOfRange(max);
    }
  }
  return { value: large ?? BigInt(small) };
}

/** The value of a digit in the largest base; infinity for what is none. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a ? lower - 0x61 + 10 : Number.POSITIVE_INFINITY;
}
