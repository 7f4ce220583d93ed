import type { Matcher, RE2JS } from 're2js';
import { isAscii, toText } from '../value/byte-string.ts';
import type { Meter } from '../value/value.ts';
import { CountedText } from './counted-text.ts';

/** Where a match starts and ends, and its groups: pairs of positions, -1 for a group that takes no part. */
export type Positions = readonly number[];

/**
 * Searches one string for matches of a pattern. The engine reads text, in which bytes that are not UTF-8 are U+FFFD, as they are to Go.
 * Positions are those in the text, and mean nothing outside; `slice` answers with the bytes.
 */
export class Search {
  readonly #bytes: string;
  readonly #text: string;
  readonly #matcher: Matcher;
  readonly #meter: Meter;
  /** Where each character of the text begins in the bytes; absent where they are the same. */
  readonly #offsets: Uint32Array | undefined;

  constructor(pattern: RE2JS, bytes: string, meter: Meter) {
    this.#bytes = bytes;
    this.#meter = meter;
    meter.step(1 + bytes.length / 25);
    if (isAscii(bytes)) this.#text = bytes;
    else {
      meter.step(bytes.length);
      meter.allocate(bytes.length * 8);
      this.#text = toText(bytes);
      this.#offsets = offsetsOf(bytes, this.#text);
    }
    const counted = new CountedText(this.#text, meter, priceOf(pattern, this.#text.length));
    // the engine takes String objects, which its types do not say
    this.#matcher = pattern.matcher(counted as unknown as string);
  }

  /** Length of the text. */
  get length(): number {
    return this.#text.length;
  }

  /** The first match that starts at a position or after it, seen with what is before. */
  from(position: number, groups = 0): Positions | undefined {
    this.#meter.step(4 + groups);
    if (!this.#matcher.find(position)) return undefined;
    const found: number[] = [];
    for (let group = 0; group <= groups; group += 1) found.push(this.#matcher.start(group), this.#matcher.end(group));
    return found;
  }

  /** How much of the text the rune at a position takes, 0 at the end. */
  widthAt(position: number): number {
    if (position >= this.length) return 0;
    return (this.#text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
  }

  /** The bytes between two positions. */
  slice(start: number, end: number): string {
    const offsets = this.#offsets;
    return offsets === undefined ? this.#bytes.slice(start, end) : this.#bytes.slice(offsets[start], offsets[end]);
  }
}

/** Two characters of the text for a rune beyond U+FFFF; the second is no place where anything starts. */
function offsetsOf(bytes: string, text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let offset = 0;
  for (let index = 0; index < text.length; index += 1) {
    offsets[index] = offset;
    const code = text.codePointAt(index) ?? 0;
    // U+FFFD stands for itself in three bytes, or for one byte
    offset += code === 0xfffd && bytes.slice(offset, offset + 3) !== '\xef\xbf\xbd' ? 1 : utf8Size(code);
    if (code > 0xffff) index += 1;
  }
  offsets[text.length] = offset;
  return offsets;
}

function utf8Size(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/**
 * Small patterns on small texts are matched with a bitmap of what was tried; for others all that may match is followed at once, which
 * takes up to all instructions, with the groups of each, for every character.
 */
function priceOf(pattern: RE2JS, length: number): number {
  const instructions = pattern.programSize();
  const hasBitmap = instructions <= 500 && length <= 262_144 / instructions;
  return hasBitmap ? 0.25 : 0.25 + (instructions * (1 + pattern.groupCount() / 32)) / 32;
}
