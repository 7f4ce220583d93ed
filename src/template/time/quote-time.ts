import { runeError, runes } from '../value/byte-string.ts';

/** Quotes as Go's package time does in its errors: all beyond printable ASCII byte by byte. */
export function quoteTime(bytes: string): string {
  let out = '"';
  for (const { rune, size, index } of runes(bytes)) {
    const width = rune === runeError && size === 1 ? 1 : size;
    const part = bytes.slice(index, index + width);
    if (rune >= 0x80 || rune < 0x20) out += part.replaceAll(/[^]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
    else out += part === '"' || part === '\\' ? `\\${part}` : part;
  }
  return `${out}"`;
}
