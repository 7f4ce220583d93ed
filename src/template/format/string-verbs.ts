import { isAscii, runes } from '../value/byte-string.ts';
import type { Flags } from './flags.ts';
import { pad } from './flags.ts';
import { canBackquote, quote, quoteToAscii } from './quote.ts';

/** A string under a verb; undefined where the verb is not for strings. */
export function stringText(value: string, verb: string, flags: Flags): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV === true ? quotedText(value, flags) : plainText(value, flags);
    case 's':
      return plainText(value, flags);
    case 'q':
      return quotedText(value, flags);
    case 'x':
      return bytesText(value, flags);
    case 'X':
      return bytesText(value, flags, true);
    default:
      return undefined;
  }
}

/** A text within the width and precision. */
export function plainText(value: string, flags: Flags): string {
  return pad(truncated(value, flags), flags);
}

function quotedText(value: string, flags: Flags): string {
  const text = truncated(value, flags);
  if (flags.sharp === true && canBackquote(text)) return pad(`\`${text}\``, flags);
  return pad(flags.plus === true ? quoteToAscii(text) : quote(text), flags);
}

/** As many runes as the precision says. */
function truncated(value: string, { precision }: Flags): string {
  if (precision === undefined || value.length <= precision) return value;
  if (isAscii(value)) return value.slice(0, precision);
  let left = precision;
  for (const { index } of runes(value)) {
    if (left === 0) return value.slice(0, index);
    left -= 1;
  }
  return value;
}

/** The bytes in hexadecimal; the precision counts bytes. */
function bytesText(value: string, flags: Flags, isUpper = false): string {
  const digits = Buffer.from(flags.precision === undefined ? value : value.slice(0, flags.precision), 'latin1').toString('hex');
  const cased = isUpper ? digits.toUpperCase() : digits;
  const prefix = flags.sharp === true && digits !== '' ? (isUpper ? '0X' : '0x') : '';
  return pad(prefix + (flags.space === true ? cased.replaceAll(/..(?!$)/g, `$& ${prefix}`) : cased), flags);
}
