import { fromRune, runeAt, runeError, runes } from '../value/byte-string.ts';
import type { Escape } from '../value/escape-text.ts';
import { escapeText } from '../value/escape-text.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { Meter } from '../value/value.ts';
import { isPrintable } from './printable.ts';

/**
 * strconv.Quote: a Go string literal of a byte string. What cannot be seen, and bytes that are not UTF-8, are escaped.
 * @param meter where the string may be large
 */
export function quote(bytes: string, meter?: Meter): string {
  return quoted(bytes, '"', false, meter);
}

/** strconv.QuoteToASCII: escapes all beyond ASCII, too. */
export function quoteToAscii(bytes: string, meter?: Meter): string {
  return quoted(bytes, '"', true, meter);
}

/** strconv.QuoteRune: a Go character literal. */
export function quoteRune(rune: number): string {
  return quoted(fromRune(rune), "'", false);
}

/** strconv.QuoteRuneToASCII. */
export function quoteRuneToAscii(rune: number): string {
  return quoted(fromRune(rune), "'", true);
}

/** strconv.CanBackquote: whether a string can stand between backquotes, on one line, as it is. */
export function canBackquote(bytes: string): boolean {
  for (const { rune, size } of runes(bytes)) {
    if (size > 1 ? rune === 0xfeff : rune === runeError || (rune < 0x20 && rune !== 0x09) || rune === 0x60 || rune === 0x7f) return false;
  }
  return true;
}

/** What stands between double quotes as it is. */
const unescaped = /^[ !#-[\]-~]*$/;

function quoted(bytes: string, mark: string, asciiOnly: boolean, meter?: Meter): string {
  if (mark === '"' && unescaped.test(bytes)) {
    meter?.allocate(bytes.length + 2);
    return `"${bytes}"`;
  }
  const builder = new TextBuilder(meter);
  builder.add(mark);
  escapeText(bytes, (text, index) => escapeAt(text, index, mark, asciiOnly), builder);
  builder.add(mark);
  return builder.text();
}

function escapeAt(bytes: string, index: number, mark: string, asciiOnly: boolean): Escape {
  const { rune, size } = runeAt(bytes, index);
  if (rune === runeError && size === 1) return { size, escape: `\\x${hex(bytes.charCodeAt(index), 2)}` };
  return isPlain(rune, mark, asciiOnly) ? { size } : { size, escape: escaped(rune, mark) };
}

function isPlain(rune: number, mark: string, asciiOnly: boolean): boolean {
  if (rune === 0x5c || rune === mark.charCodeAt(0)) return false;
  return rune < 0x80 ? rune >= 0x20 && rune < 0x7f : !asciiOnly && isPrintable(rune);
}

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x07, String.raw`\a`],
  [0x08, String.raw`\b`],
  [0x09, String.raw`\t`],
  [0x0a, String.raw`\n`],
  [0x0b, String.raw`\v`],
  [0x0c, String.raw`\f`],
  [0x0d, String.raw`\r`],
  [0x5c, '\\\\'],
]);

function escaped(rune: number, mark: string): string {
  if (rune === mark.charCodeAt(0)) return `\\${mark}`;
  const short = shortEscapes.get(rune);
  if (short !== undefined) return short;
  if (rune < 0x80) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
