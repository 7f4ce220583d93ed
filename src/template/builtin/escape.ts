import { isPrintable } from '../format/printable.ts';
import { fromRune, runeAt } from '../value/byte-string.ts';
import type { Escape } from '../value/escape-text.ts';
import { oneByte } from '../value/escape-text.ts';

const htmlEscapes: ReadonlyMap<string, Escape> = new Map([
  ['\0', { size: 1, escape: fromRune(0xfffd) }],
  ['"', { size: 1, escape: '&#34;' }],
  ["'", { size: 1, escape: '&#39;' }],
  ['&', { size: 1, escape: '&amp;' }],
  ['<', { size: 1, escape: '&lt;' }],
  ['>', { size: 1, escape: '&gt;' }],
]);

/** For HTML's text and quoted attributes. */
export function htmlEscape(bytes: string, index: number): Escape {
  return htmlEscapes.get(bytes.charAt(index)) ?? oneByte;
}

const backslashed: ReadonlySet<number> = new Set([0x22, 0x27, 0x5c]);
const asCodes: ReadonlySet<number> = new Set([0x26, 0x3c, 0x3d, 0x3e]);

/** For a string literal of JavaScript, within HTML too: what cannot be seen is escaped, but bytes that are not UTF-8 stay. */
export function jsEscape(bytes: string, index: number): Escape {
  const { rune, size } = runeAt(bytes, index);
  if (backslashed.has(rune)) return { size, escape: `\\${String.fromCharCode(rune)}` };
  const isPlain = rune < 0x80 ? rune >= 0x20 && !asCodes.has(rune) : isPrintable(rune);
  return isPlain ? { size } : { size, escape: `\\u${rune.toString(16).toUpperCase().padStart(4, '0')}` };
}

/** Of url.QueryEscape. */
export function queryEscape(bytes: string, index: number): Escape {
  const char = bytes.charAt(index);
  if (/[A-Za-z0-9_.~-]/.test(char)) return oneByte;
  return { size: 1, escape: char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}` };
}
