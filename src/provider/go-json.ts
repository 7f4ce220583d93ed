import { decodeJsonString, jsonElements, jsonMembers } from './json-text.ts';
import { formatPlain } from './json-scalar.ts';

/** How numbers with a fraction or an exponent are written: in plain decimals, or as they stand. Whole ones lose no digit. */
export type NumberStyle = 'plain' | 'as-written';

/**
 * The text that External Secrets makes of a decoded JSON value: strings decoded, null empty, objects and arrays encoded anew, as Go does,
 * with their keys in order.
 * @param raw one checked JSON value (see `jsonValue`)
 */
export function goText(raw: string, numbers: NumberStyle): string {
  if (raw.startsWith('"')) return decodeJsonString(raw);
  if (raw === 'null') return '';
  if (/^[{[]/.test(raw)) return encode(raw, numbers);
  return numbers === 'plain' && isFraction(raw) ? formatPlain(Number(raw)) : raw;
}

/** The members of an object by their keys, each as it stands; of several equal keys the last counts, as in Go. */
export function membersOf(raw: string): ReadonlyMap<string, string> {
  return new Map(Array.from(jsonMembers(raw), ({ key, raw: value }) => [key, value]));
}

function isFraction(raw: string): boolean {
  return /^-?\d/.test(raw) && !/^-?\d+$/.test(raw);
}

function encode(raw: string, numbers: NumberStyle): string {
  if (raw.startsWith('{')) {
    const members = [...membersOf(raw)].toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${members.map(([key, value]) => `${quote(key)}:${encode(value, numbers)}`).join(',')}}`;
  }
  if (raw.startsWith('[')) return `[${Array.from(jsonElements(raw), (element) => encode(element, numbers)).join(',')}]`;
  if (raw.startsWith('"')) return quote(decodeJsonString(raw));
  return numbers === 'plain' && isFraction(raw) ? encodeNumber(Number(raw)) : raw;
}

/** As JSON.stringify does, which differs from Go in one number. */
function encodeNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Go escapes what HTML and JavaScript would take for their own. */
function quote(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
