import { fromRune, isAscii, runeAt } from '../value/byte-string.ts';

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

/** The value of a string literal of Go, with its quotes; undefined where the literal is not valid. */
export function unquoteString(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1);
  // a raw string says what it is, less carriage returns
  if (quoted.startsWith('`')) return inner.replaceAll('\r', '');
  if (isAscii(inner) && !inner.includes('\\')) return inner;
  let value = '';
  for (let at = 0; at < inner.length; ) {
    const unit = unquoteUnit(inner, at, '"');
    if (unit === undefined) return undefined;
    value += unit.bytes ?? fromRune(unit.rune);
    at += unit.size;
  }
  return value;
}

export interface EscapeUnit {
  /** The code point, or the value of the byte. */
  readonly rune: number;
  /** The byte itself, where an escape names one and not a rune. */
  readonly bytes?: string;
  readonly size: number;
}

/** One character or escape of a literal, as strconv.UnquoteChar reads it. */
export function unquoteUnit(text: string, at: number, delimiter: '"' | "'"): EscapeUnit | undefined {
  const char = text.charAt(at);
  // a byte that is not UTF-8 becomes U+FFFD here; raw strings keep it
  if (char !== '\\') return runeAt(text, at);
  const kind = text.charAt(at + 1);
  const simple = kind === delimiter ? kind : simpleEscapes.get(kind);
  if (simple !== undefined) return { rune: simple.charCodeAt(0), bytes: simple, size: 2 };
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) return byteUnit(Number.parseInt(octal, 8), 4);
  const width = kind === 'x' ? 2 : kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
  const digits = text.slice(at + 2, at + 2 + width);
  if (width === 0 || digits.length < width || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const rune = Number.parseInt(digits, 16);
  if (kind === 'x') return byteUnit(rune, 4);
  const isValid = rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return isValid ? { rune, size: width + 2 } : undefined;
}

function byteUnit(byte: number, size: number): EscapeUnit | undefined {
  return byte > 255 ? undefined : { rune: byte, bytes: String.fromCharCode(byte), size };
}
