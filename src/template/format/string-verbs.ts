import { isAscii, runes } from '../value/byte-string.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { Meter } from '../value/value.ts';
import type { Flags } from './flags.ts';
import { pad } from './flags.ts';
import { canBackquote, quote, quoteToAscii } from './quote.ts';

/** A string under a verb; undefined where the verb is not for strings. What takes more than the string itself is charged. */
export function stringText(value: string, verb: string, flags: Flags, meter: Meter): string | undefined {
  switch (verb) {
    case 'v':
      return flags.sharpV === true ? quotedText(value, flags, meter) : plainText(value, flags);
    case 's':
      return plainText(value, flags);
    case 'q':
      return quotedText(value, flags, meter);
    case 'x':
      return bytesText(value, flags, false, meter);
    case 'X':
      return bytesText(value, flags, true, meter);
    default:
      return undefined;
  }
}

/** A text within the width and precision. */
export function plainText(value: string, flags: Flags): string {
  return pad(truncated(value, flags), flags);
}

function quotedText(value: string, flags: Flags, meter: Meter): string {
  const text = truncated(value, flags);
  if (flags.sharp === true && canBackquote(text)) return pad(`\`${text}\``, flags);
  return pad(flags.plus === true ? quoteToAscii(text, meter) : quote(text, meter), flags);
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

/** Bytes that are written in hexadecimal at once. */
const chunkBytes = 4096;

/** The bytes in hexadecimal; the precision counts bytes. */
function bytesText(value: string, flags: Flags, isUpper: boolean, meter: Meter): string {
  const length = Math.min(value.length, flags.precision ?? value.length);
  const builder = new TextBuilder(meter);
  const prefix = flags.sharp === true && length > 0 ? (isUpper ? '0X' : '0x') : '';
  builder.add(prefix);
  for (let start = 0; start < length; start += chunkBytes) {
    const digits = Buffer.from(value.slice(start, Math.min(start + chunkBytes, length)), 'latin1').toString('hex');
    const cased = isUpper ? digits.toUpperCase() : digits;
    if (flags.space !== true) builder.add(cased);
    else builder.add((start > 0 ? ` ${prefix}` : '') + cased.replaceAll(/..(?!$)/g, `$& ${prefix}`));
  }
  return pad(builder.text(), flags);
}
