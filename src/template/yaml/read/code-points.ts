import { utf8Size } from '../../value/byte-string.ts';
import { GoYamlError } from './go-yaml-error.ts';

/** The characters of a text. */
export interface Characters {
  readonly codes: Uint32Array;
  /** The same as a string, of a text that is ASCII: each code is one character of it. */
  readonly text?: string;
}

/** The characters of a text that YAML allows. @throws GoYamlError for what is not UTF-8, and for control characters */
export function codePoints(bytes: Uint8Array): Characters {
  const codes = new Uint32Array(bytes.length);
  if (copyAscii(bytes, codes)) return { codes, text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1') };
  let count = 0;
  let line = 1;
  // a byte order mark says nothing here
  let index = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (index < bytes.length) {
    const size = utf8Size(bytes[index] ?? 0);
    const code = size === 0 || index + size > bytes.length ? undefined : decode(bytes, index, size);
    const problem = code === undefined ? utf8Problem(bytes, index, size) : isAllowed(code) ? undefined : 'control characters are not allowed';
    if (code === undefined || problem !== undefined) throw new GoYamlError(problem ?? 'invalid UTF-8', line);
    if (code === 0x0a) line += 1;
    codes[count] = code;
    count += 1;
    index += size;
  }
  return { codes: codes.subarray(0, count) };
}

/** Copies what is ASCII and allowed. @returns whether all of it is */
function copyAscii(bytes: Uint8Array, codes: Uint32Array): boolean {
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x0a && byte !== 0x09 && byte !== 0x0d)) return false;
    codes[index] = byte;
  }
  return true;
}

const smallest = [0, 0, 0x80, 0x800, 0x10000];

/** The code point, unless its bytes are malformed. */
function decode(bytes: Uint8Array, index: number, size: number): number | undefined {
  const first = bytes[index] ?? 0;
  let code = size === 1 ? first : first & (0x7f >> size);
  for (let offset = 1; offset < size; offset += 1) {
    const next = bytes[index + offset] ?? 0;
    if ((next & 0xc0) !== 0x80) return undefined;
    code = code * 64 + (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code < (smallest[size] ?? 0) || code > 0x10ffff || isSurrogate ? undefined : code;
}

function utf8Problem(bytes: Uint8Array, index: number, size: number): string {
  if (size === 0) return 'invalid leading UTF-8 octet';
  if (index + size > bytes.length) return 'incomplete UTF-8 octet sequence';
  const rest = bytes.subarray(index + 1, index + size);
  if (rest.some((byte) => (byte & 0xc0) !== 0x80)) return 'invalid trailing UTF-8 octet';
  const isOverlong = (size === 2 && (bytes[index] ?? 0) < 0xc2) || (size === 3 && bytes[index] === 0xe0) || (size === 4 && bytes[index] === 0xf0);
  return isOverlong ? 'invalid length of a UTF-8 sequence' : 'invalid Unicode character';
}

function isAllowed(code: number): boolean {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d;
  return code < 0x7f || code === 0x85 || (code >= 0xa0 && code !== 0xfffe && code !== 0xffff);
}
