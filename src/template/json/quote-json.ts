import { runeAt } from '../value/byte-string.ts';

const shortEscapes = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

// all that may need an escape: control characters, quotes, HTML's, and what begins more than one byte
// oxlint-disable-next-line no-control-regex
const special = /[\u0000-\u001f"\\<>&\u0080-\u00ff]/;

/** A byte string as a JSON string, quotes included. What is not UTF-8 becomes `\ufffd`, one for each byte. */
export function quoteJson(text: string, escapeHtml: boolean): string {
  if (!special.test(text)) return `"${text}"`;
  const parts: string[] = ['"'];
  let start = 0;
  for (let index = 0; index < text.length; ) {
    const { escape, size } = escapeAt(text, index, escapeHtml);
    if (escape !== undefined) {
      parts.push(text.slice(start, index), escape);
      start = index + size;
    }
    index += size;
  }
  parts.push(text.slice(start), '"');
  return parts.join('');
}

function escapeAt(text: string, index: number, escapeHtml: boolean): { readonly escape?: string; readonly size: number } {
  const code = text.charCodeAt(index);
  if (code >= 0x80) return escapeRune(text, index);
  const char = text.charAt(index);
  const short = shortEscapes.get(char);
  if (short !== undefined) return { escape: short, size: 1 };
  const isHtml = char === '<' || char === '>' || char === '&';
  return code < 0x20 || (isHtml && escapeHtml) ? { escape: `\\u${code.toString(16).padStart(4, '0')}`, size: 1 } : { size: 1 };
}

function escapeRune(text: string, index: number): { readonly escape?: string; readonly size: number } {
  const { rune, size } = runeAt(text, index);
  if (size === 1) return { escape: '\\ufffd', size };
  // JavaScript takes these two for line breaks, so Go escapes them always
  return rune === 0x2028 || rune === 0x2029 ? { escape: `\\u${rune.toString(16)}`, size } : { size };
}
