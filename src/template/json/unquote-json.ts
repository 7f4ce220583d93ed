import { fromRune, fromText, isAscii, runeError, toText } from '../value/byte-string.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { Meter } from '../value/value.ts';

const escapes = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** What a JSON string stands for, given without its quotes and known to be well-formed. Bytes that are not UTF-8 become U+FFFD, each. */
export function unquoteJson(text: string, meter: Meter): string {
  meter.allocate(text.length);
  const valid = validText(text, meter);
  let next = valid.indexOf('\\');
  if (next < 0) return valid;
  const builder = new TextBuilder(meter);
  let start = 0;
  for (; next >= 0; next = valid.indexOf('\\', start)) {
    builder.add(valid.slice(start, next));
    const kind = valid.charAt(next + 1);
    if (kind === 'u') {
      const { rune, size } = readEscapedRune(valid, next);
      builder.add(fromRune(rune));
      start = next + size;
    } else {
      builder.add(escapes.get(kind) ?? kind);
      start = next + 2;
    }
  }
  builder.add(valid.slice(start));
  return builder.text();
}

function validText(text: string, meter: Meter): string {
  if (isAscii(text)) return text;
  // a byte that is none becomes three, by way of two
  meter.allocate(text.length * 2);
  return fromText(toText(text));
}

/** Reads `\uXXXX`, or two of them that are a surrogate pair. A surrogate alone is U+FFFD. */
function readEscapedRune(text: string, index: number): { readonly rune: number; readonly size: number } {
  const first = hexAt(text, index);
  if (first < 0xd800 || first > 0xdfff) return { rune: first, size: 6 };
  const second = first < 0xdc00 && text.startsWith('\\u', index + 6) ? hexAt(text, index + 6) : 0;
  if (second < 0xdc00 || second > 0xdfff) return { rune: runeError, size: 6 };
  return { rune: 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), size: 12 };
}

function hexAt(text: string, index: number): number {
  return Number.parseInt(text.slice(index + 2, index + 6), 16);
}
