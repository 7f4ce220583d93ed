import { fromRune } from '../value/byte-string.ts';
import type { Flags } from './flags.ts';
import { pad, padWithSpaces } from './flags.ts';
import { isPrintable } from './printable.ts';
import { quoteRune, quoteRuneToAscii } from './quote.ts';

/** An integer under a verb; undefined where the verb is not for integers. */
export function integerText(value: bigint, isSigned: boolean, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV === true && !isSigned ? hexText(value, true, flags) : digitsText(value, 10, verb, flags);
    case 'd':
      return digitsText(value, 10, verb, flags);
    case 'b':
      return digitsText(value, 2, verb, flags);
    case 'o':
    case 'O':
      return digitsText(value, 8, verb, flags);
    case 'x':
    case 'X':
      return digitsText(value, 16, verb, flags);
    case 'c':
      return pad(fromRune(runeOf(value)), flags);
    case 'q':
      return pad(flags.plus === true ? quoteRuneToAscii(runeOf(value)) : quoteRune(runeOf(value)), flags);
    case 'U':
      return unicodeText(BigInt.asUintN(64, value), flags);
    default:
      return undefined;
  }
}

/** An integer in hexadecimal, with the prefix or without it, whatever the flags say. */
export function hexText(value: bigint, hasPrefix: boolean, flags: Flags): string {
  return digitsText(value, 16, 'v', { ...flags, sharp: hasPrefix });
}

function digitsText(value: bigint, base: number, verb: string, flags: Flags): string {
  const { width, precision } = flags;
  // no digits are asked for, and zero has none
  if (precision === 0 && value === 0n) return ' '.repeat(width ?? 0);
  const sign = value < 0n ? '-' : flags.plus === true ? '+' : flags.space === true ? ' ' : '';
  // zeros are asked for by the precision, or up to the width
  const fillsWidth = precision === undefined && flags.zero === true && flags.minus !== true && width !== undefined;
  const least = fillsWidth ? width - sign.length : (precision ?? 0);
  const digits = (value < 0n ? -value : value).toString(base).padStart(least, '0');
  const text = sign + (verb === 'O' ? '0o' : '') + (flags.sharp === true ? prefixOf(base, digits) : '') + digits;
  return padWithSpaces(verb === 'X' ? text.toUpperCase() : text, flags);
}

function prefixOf(base: number, digits: string): string {
  if (base === 8) return digits.startsWith('0') ? '' : '0';
  return base === 2 ? '0b' : base === 16 ? '0x' : '';
}

function runeOf(value: bigint): number {
  return value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd;
}

function unicodeText(value: bigint, flags: Flags): string {
  const digits = value.toString(16).toUpperCase().padStart(Math.max(flags.precision ?? 4, 4), '0');
  const isShown = flags.sharp === true && value <= 0x10ffffn && isPrintable(Number(value));
  return padWithSpaces(`U+${digits}${isShown ? ` '${fromRune(Number(value))}'` : ''}`, flags);
}
