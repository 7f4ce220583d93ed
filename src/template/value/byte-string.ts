import { TextBuilder } from './text-builder.ts';

/**
 * Go's strings are bytes. Here they are JavaScript strings of which each character stands for one byte, so that V8 keeps them at one
 * byte a character and `length`, `slice`, `indexOf` and `<` mean what they mean in Go.
 */

/** The UTF-8 bytes of a text. */
export function fromText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of a byte string; what is not UTF-8 becomes U+FFFD, one for each byte, as Go's conversions do. */
export function toText(bytes: string): string {
  // most strings are ASCII, which is the same in both
  if (isAscii(bytes)) return bytes;
  const text = new TextBuilder();
  for (const { rune } of runes(bytes)) text.add(String.fromCodePoint(rune));
  return text.text();
}

export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function toBytes(bytes: string): Uint8Array {
  return Buffer.from(bytes, 'latin1');
}

export function isAscii(bytes: string): boolean {
  for (let index = 0; index < bytes.length; index += 1) if (bytes.charCodeAt(index) > 127) return false;
  return true;
}

/** What Go puts for a byte that begins no valid UTF-8 sequence. */
export const runeError = 0xfffd;

export interface Rune {
  /** The code point, or `runeError`. */
  readonly rune: number;
  /** How many bytes it takes; 1 with `runeError` means that the byte is invalid. */
  readonly size: number;
}

/** How many bytes the UTF-8 sequence has that a byte begins; 0 for one that begins none. Some of these sequences are invalid all the same. */
export function utf8Size(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xc0) return 0;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
}

/** The rune that begins at `index`, as Go's utf8.DecodeRuneInString finds it: surrogates and overlong forms are invalid. */
export function runeAt(bytes: string, index: number): Rune {
  const first = bytes.charCodeAt(index);
  if (first < 0x80) return { rune: first, size: 1 };
  const size = utf8Size(first);
  if (size === 0 || index + size > bytes.length) return { rune: runeError, size: 1 };
  let rune = first & (0xff >> (size + 1));
  for (let offset = 1; offset < size; offset += 1) {
    const next = bytes.charCodeAt(index + offset);
    if ((next & 0xc0) !== 0x80) return { rune: runeError, size: 1 };
    rune = (rune << 6) | (next & 0x3f);
  }
  const isOverlong = (size === 2 && rune < 0x80) || (size === 3 && rune < 0x800) || (size === 4 && rune < 0x10000);
  const isInvalid = isOverlong || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff);
  return isInvalid ? { rune: runeError, size: 1 } : { rune, size };
}

/** The rune that ends before `end`, as Go's utf8.DecodeLastRuneInString finds it; nothing of it lies before `from`. */
export function runeBefore(bytes: string, end: number, from = 0): Rune {
  for (let start = end - 1; start >= Math.max(from, end - 4); start -= 1) {
    // a byte that continues a sequence is no beginning of one
    if ((bytes.charCodeAt(start) & 0xc0) === 0x80) continue;
    const found = runeAt(bytes, start);
    return start + found.size === end ? found : { rune: runeError, size: 1 };
  }
  return { rune: runeError, size: 1 };
}

/** The runes of a string in order, as `range` walks them. */
export function* runes(bytes: string): Generator<Rune & { readonly index: number }> {
  for (let index = 0; index < bytes.length; ) {
    const found = runeAt(bytes, index);
    yield { ...found, index };
    index += found.size;
  }
}

/** Code points, invalid bytes as U+FFFD: Go's `[]rune(s)`. */
export function toRunes(bytes: string): number[] {
  const codes: number[] = [];
  for (let index = 0; index < bytes.length; ) {
    const { rune, size } = runeAt(bytes, index);
    codes.push(rune);
    index += size;
  }
  return codes;
}

/** Go's `string([]rune)`: surrogates and what is beyond Unicode become U+FFFD. */
export function fromRunes(codes: readonly number[]): string {
  return codes.map(fromRune).join('');
}

/** Go's `string(rune)`. */
export function fromRune(rune: number): string {
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return rune < 0x80 && rune >= 0 ? String.fromCharCode(rune) : fromText(String.fromCodePoint(valid ? rune : runeError));
}
