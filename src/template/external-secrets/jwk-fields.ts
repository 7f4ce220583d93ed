import { decodeJson } from '../json/decode-json.ts';
import { decodeBase64 } from '../sprig/base64.ts';
import { FunctionError } from '../template-error.ts';
import type { Meter, Value } from '../value/value.ts';
import { GoMap, Slice } from '../value/value.ts';
import { equalFold } from './equal-fold.ts';

/** A JWK that holds what it must, and nothing that it must not: the members of its key in bytes, by their names. */
export interface JwkFields {
  readonly kind: string;
  /** `P-256` and such, where the kind has them. */
  readonly curve: string;
  readonly isPrivate: boolean;
  readonly bytes: ReadonlyMap<string, Buffer>;
}

/** Members of a kind of key: those that must be there, those that a private key must have too, and others. */
const members = new Map([
  ['RSA', { always: ['e', 'n'], privately: ['d'], others: ['dp', 'dq', 'p', 'q', 'qi'] }],
  ['EC', { always: ['crv', 'x', 'y'], privately: ['d'], others: [] }],
  ['OKP', { always: ['crv', 'x'], privately: ['d'], others: [] }],
  ['oct', { always: ['k'], privately: [], others: [] }],
]);

/** Members that any key may have, and that are texts. */
const texts = ['alg', 'kid', 'use', 'x5t', 'x5t#S256', 'x5u'];

/** Reads a JWK as jwx does. @throws FunctionError, LimitError */
export function readJwkFields(meter: Meter, json: string): JwkFields {
  const entries = readObject(meter, json);
  const kind = textOf(entries, nameIn(entries, 'kty'));
  const known = members.get(kind);
  if (known === undefined) throw new FunctionError('invalid key type from JSON', `invalid key type from JSON (${kind})`);
  const isPrivate = kind !== 'oct' && entries.has(nameIn(entries, 'd'));
  for (const name of texts) textOf(entries, name);
  checkLists(entries);
  const required = [...known.always, ...(isPrivate ? known.privately : [])];
  const missing = required.find((name) => !entries.has(name));
  if (missing !== undefined) throw new FunctionError(`required field ${missing} is missing`);
  const curve = required.includes('crv') ? textOf(entries, 'crv') : '';
  const names = [...required, ...(isPrivate ? known.others : [])].filter((name) => name !== 'crv' && entries.has(name));
  return { kind, curve, isPrivate, bytes: new Map(names.map((name) => [name, decode(name, textOf(entries, name))])) };
}

function readObject(meter: Meter, json: string): ReadonlyMap<string, Value> {
  const value = decodeJson(json.slice(0, objectEnd(json)), meter);
  if (!(value instanceof GoMap)) throw new FunctionError('failed to unmarshal JSON into key hint');
  return value.entries;
}

/** How a member is spelled: Go finds out what kind of key there is whatever the case, and reads it with exact names only. */
function nameIn(entries: ReadonlyMap<string, Value>, name: string): string {
  return entries.has(name) ? name : ([...entries.keys()].find((key) => equalFold(key, name)) ?? name);
}

/** Where the object at the beginning ends: what follows is never read. */
function objectEnd(json: string): number {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at += 1) {
    const char = json.charAt(at);
    if (isText) {
      if (char === '\\') at += 1;
      else if (char === '"') isText = false;
    } else if (char === '"') isText = true;
    else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return json.length;
}

/** A member that is a text; one that is null or absent counts as an empty one. */
function textOf(entries: ReadonlyMap<string, Value>, name: string): string {
  const value = entries.get(name) ?? '';
  if (typeof value !== 'string') throw new FunctionError(`failed to decode value for key ${name}`);
  return value;
}

/** Lists of texts, nulls among them. */
function checkLists(entries: ReadonlyMap<string, Value>): void {
  for (const name of ['key_ops', 'x5c']) {
    const value = entries.get(name);
    const isList = value instanceof Slice && value.items.every((item) => item === undefined || typeof item === 'string');
    if (value !== undefined && !isList) throw new FunctionError(`failed to decode value for key ${name}`);
  }
}

/** Base64 of any kind: with or without padding, for URLs or not. */
function decode(name: string, value: string): Buffer {
  const isPadded = value.endsWith('=');
  const isForUrls = !/[+/]/.test(value);
  // line ends may stand anywhere, as in all of Go's base64
  const joined = value.replaceAll(/[\r\n]/g, '');
  const standard = isForUrls ? joined.replaceAll('-', '+').replaceAll('_', '/') : joined;
  const padded = isPadded ? standard : standard.padEnd(Math.ceil(standard.length / 4) * 4, '=');
  const decoded = decodeBase64(padded);
  if (typeof decoded !== 'string') throw new FunctionError(`failed to decode value for key ${name}: expected base64`);
  return Buffer.from(decoded, 'latin1');
}
