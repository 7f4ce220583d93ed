import { runeAt } from '../value/byte-string.ts';
import type { Escape } from '../value/escape-text.ts';
import { escapeText, oneByte } from '../value/escape-text.ts';
import { TextBuilder } from '../value/text-builder.ts';
import type { Meter } from '../value/value.ts';

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

/** A byte string as a JSON string, quotes included. What is not UTF-8 becomes `\ufffd`, one for each byte. All of it is charged. */
export function quoteJson(text: string, escapeHtml: boolean, meter: Meter): string {
  const builder = new TextBuilder(meter);
  writeQuotedJson(text, escapeHtml, builder);
  return builder.text();
}

/** As `quoteJson`, as a part of a larger text. */
export function writeQuotedJson(text: string, escapeHtml: boolean, into: TextBuilder): void {
  into.add('"');
  if (special.test(text)) escapeText(text, (bytes, index) => escapeAt(bytes, index, escapeHtml), into);
  else into.add(text);
  into.add('"');
}

function escapeAt(text: string, index: number, escapeHtml: boolean): Escape {
  const code = text.charCodeAt(index);
  if (code >= 0x80) return escapeRune(text, index);
  const char = text.charAt(index);
  const short = shortEscapes.get(char);
  if (short !== undefined) return { escape: short, size: 1 };
  const isHtml = char === '<' || char === '>' || char === '&';
  return code < 0x20 || (isHtml && escapeHtml) ? { escape: `\\u${code.toString(16).padStart(4, '0')}`, size: 1 } : oneByte;
}

function escapeRune(text: string, index: number): Escape {
  const { rune, size } = runeAt(text, index);
  if (size === 1) return { escape: '\\ufffd', size };
  // JavaScript takes these two for line breaks, so Go escapes them always
  return rune === 0x2028 || rune === 0x2029 ? { escape: `\\u${rune.toString(16)}`, size } : { size };
}
