import type { Meter } from '../value/value.ts';
import { quote } from './quote.ts';
import { readFloat } from './read-float.ts';
import { readSigned, readUnsigned } from './read-integer.ts';

/** What Go's strconv makes of a text. */
export interface Parsed<T> {
  /** With a problem: zero, or the value of the range that is nearest. */
  readonly value: T;
  readonly problem?: NumberProblem;
}

export interface NumberProblem {
  /** `invalid syntax`, `value out of range`, …: holds nothing of the text. */
  readonly reason: string;
  /** All of Go's message, which quotes the text; that is work, which few ask for. */
  readonly detail: (meter?: Meter) => string;
}

function parsed<T>(name: string, text: string, { value, reason }: { readonly value: T; readonly reason?: string }): Parsed<T> {
  if (reason === undefined) return { value };
  return { value, problem: { reason, detail: (meter) => `strconv.${name}: parsing ${quote(text, meter)}: ${reason}` } };
}

/** strconv.ParseInt: in base 0 the text tells its base by a prefix, and may hold underscores; 0 bits are 64. */
export function parseInteger(text: string, base = 0, bits = 64): Parsed<bigint> {
  return parsed('ParseInt', text, readSigned(text, base, bits));
}

/** strconv.ParseUint. */
export function parseUnsigned(text: string, base = 0, bits = 64): Parsed<bigint> {
  return parsed('ParseUint', text, readUnsigned(text, base, bits));
}

/** strconv.Atoi. */
export function atoi(text: string): Parsed<bigint> {
  return parsed('Atoi', text, readSigned(text, 10, 64));
}

/** strconv.ParseFloat for 64 bits. */
export function parseFloating(text: string): Parsed<number> {
  return parsed('ParseFloat', text, readFloat(text));
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

/** strconv.ParseBool. */
export function parseBoolean(text: string): Parsed<boolean> {
  const value = truths.get(text);
  return parsed('ParseBool', text, value === undefined ? { value: false, reason: 'invalid syntax' } : { value });
}

/** A Go literal's value as an int64; undefined where it has none. */
export function parseInt64(text: string): bigint | undefined {
  return valueOf(readSigned(text, 0, 64));
}

/** A Go literal's value as a uint64. */
export function parseUint64(text: string): bigint | undefined {
  return valueOf(readUnsigned(text, 0, 64));
}

/** A text's value as a float64. */
export function parseFloat64(text: string): number | undefined {
  return valueOf(readFloat(text));
}

function valueOf<T>({ value, reason }: { readonly value: T; readonly reason?: string }): T | undefined {
  return reason === undefined ? value : undefined;
}
