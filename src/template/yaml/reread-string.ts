import { runes } from '../value/byte-string.ts';
import type { Meter } from '../value/value.ts';

const nextLine = 0x85;
const lineBreak = '\u00c2\u0085';
/** In the list of lines, and of the text that they become. */
const bytesPerLine = 48;

// the bytes that begin what YAML cannot hold unescaped, or reads as a line break
// oxlint-disable-next-line no-control-regex
const suspicious = /[\u007f\u00c2\u00ef]/;

/**
 * What go-yaml reads where a string stands in JSON. sigs.k8s.io/yaml writes JSON and reads that as YAML, which for all but these is the
 * same: control characters that JSON leaves unescaped are refused, and U+0085 is a line break, which is folded.
 * @returns undefined where it is refused
 */
export function rereadString(text: string, meter: Meter): string | undefined {
  if (!suspicious.test(text)) return text;
  for (const { rune } of runes(text)) if (isRefused(rune)) return undefined;
  return text.includes(lineBreak) ? foldLines(text, meter) : text;
}

function isRefused(rune: number): boolean {
  return (rune >= 0x7f && rune < 0xa0 && rune !== nextLine) || rune === 0xfffe || rune === 0xffff;
}

/** Folds at each U+0085: spaces around it are dropped, one break is a space, more are one less. */
function foldLines(text: string, meter: Meter): string | undefined {
  for (let at = text.indexOf(lineBreak); at >= 0; at = text.indexOf(lineBreak, at + lineBreak.length)) meter.allocate(bytesPerLine);
  // spaces, and all else that JSON has as blanks, are escaped; so only spaces are dropped
  const lines = text.split(lineBreak);
  let out = '';
  let breaks = 0;
  for (const [index, line] of lines.entries()) {
    // what looks like the border of a document may not begin a line
    if (index > 0 && isBorder(line, index < lines.length - 1)) return undefined;
    const content = trimSpaces(line, index > 0, index < lines.length - 1);
    breaks += index > 0 ? 1 : 0;
    if (content === '' && index > 0 && index < lines.length - 1) continue;
    out += breaks === 0 ? '' : breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
    out += content;
    breaks = 0;
  }
  return out;
}

function isBorder(line: string, hasNext: boolean): boolean {
  return (line.startsWith('---') || line.startsWith('...')) && (line.charAt(3) === ' ' || (line.length === 3 && hasNext));
}

function trimSpaces(line: string, fromStart: boolean, fromEnd: boolean): string {
  let start = 0;
  let end = line.length;
  while (start < end && line.charAt(start) === ' ') start += 1;
  while (end > 0 && line.charAt(end - 1) === ' ') end -= 1;
  return line.slice(fromStart ? start : 0, fromEnd ? end : line.length);
}
