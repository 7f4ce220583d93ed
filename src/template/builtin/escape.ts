import { fromRune, runeAt } from '../value/byte-string.ts';
import { isPrintable } from '../format/printable.ts';

const htmlEscapes: ReadonlyMap<string, string> = new Map([
  ['\0', fromRune(0xfffd)],
  ['"', '&#34;'],
  ["'", '&#39;'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** For HTML's text and quoted attributes. */
export function escapeHtml(bytes: string): string {
  return bytes.replaceAll(/["'&<>\0]/g, (char) => htmlEscapes.get(char) ?? char);
}

/** For a string literal of JavaScript, within HTML too: what cannot be seen is escaped, but bytes that are not UTF-8 stay. */
export function escapeJs(bytes: string): string {
  let out = '';
  // up to where it is written
  let start = 0;
  for (let index = 0; index < bytes.length; ) {
    const { rune, size } = runeAt(bytes, index);
    const escape = jsEscape(rune);
    if (escape !== undefined) {
      out += bytes.slice(start, index) + escape;
      start = index + size;
    }
    index += size;
  }
  return out + bytes.slice(start);
}

const backslashed: ReadonlySet<number> = new Set([0x22, 0x27, 0x5c]);
const asCodes: ReadonlySet<number> = new Set([0x26, 0x3c, 0x3d, 0x3e]);

/** Undefined for what stays. */
function jsEscape(rune: number): string | undefined {
  if (backslashed.has(rune)) return `\\${String.fromCharCode(rune)}`;
  const isPlain = rune < 0x80 ? rune >= 0x20 && !asCodes.has(rune) : isPrintable(rune);
  return isPlain ? undefined : `\\u${rune.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** url.QueryEscape. */
export function escapeQuery(bytes: string): string {
  return bytes.replaceAll(/[^A-Za-z0-9_.~-]/g, (char) => (char === ' ' ? '+' : `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`));
}
