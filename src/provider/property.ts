import { SecretBytes } from '../lib/secret-bytes.ts';
import { followPath } from './gjson.ts';
import { checkPath, PathError } from './gjson-path.ts';
import { JsonScan } from './json-scan.ts';
import { decodeJsonString, jsonMembers } from './json-text.ts';
import { jsonText } from './json-scalar.ts';
import { MemberBytes } from './member-bytes.ts';
import { ProviderError } from './provider-error.ts';

export const propertyLookups = ['literal-first', 'path-first', 'member-first', 'path-only', 'by-provider'] as const;

/**
 * How a `property` is looked up in a JSON value.
 * - `path-only`: it is a gjson path.
 * - `literal-first`: where it holds a dot, a key of just that name wins over the path.
 * - `path-first`: where it holds a dot, a key of just that name counts if the path leads nowhere.
 * - `member-first`: a key at the top of just that name wins, whatever else it could mean.
 * - `by-provider`: the provider is told the property, and what it answers is what is wanted.
 */
export type PropertyLookup = (typeof propertyLookups)[number];

/**
 * Selects a property of a value. Of one that has members, the member of just that name wins, whatever dots it holds; else what stands
 * before the first dot is a member, and the rest a property of it. Of any other, a JSON text, the property is looked up with a gjson
 * path: `a.b`, `a\.b`, `list.0`, `list.#`, `list.#.name`, `list.#(name=="x").value`, `*` and `?` in keys. The answer is text as
 * External Secrets writes it (see `jsonText`). What a provider has looked up already is taken as it is.
 * @param scan shared by all that is selected for one object
 * @returns undefined where the value has no such property
 * @throws ProviderError `invalid` where the value is not JSON or the path is not supported; never quotes the value
 * @throws ScanLimitError
 */
export function selectProperty(value: SecretBytes, property: string, lookup: PropertyLookup, scan: JsonScan = new JsonScan()): SecretBytes | undefined {
  if (lookup === 'by-provider') return value;
  if (value instanceof MemberBytes) return selectMember(value, property, lookup, scan);
  const member = lookup === 'member-first' ? topMember(scan.read(value), property) : undefined;
  if (member !== undefined) return SecretBytes.fromUtf8(memberText(member));
  checkProperty(property);
  const found = orProviderError(property, () => {
    const literal = property.replaceAll('.', String.raw`\.`);
    const hasLiteral = lookup !== 'path-only' && lookup !== 'member-first' && literal !== property && isPath(literal);
    const ways = lookup === 'path-first' ? [property, literal] : [literal, property];
    for (const way of hasLiteral ? ways : [property]) {
      const there = followPath(scan.read(value), way, (characters) => scan.charge(characters));
      if (there !== undefined) return there;
    }
    return undefined;
  });
  return found === undefined ? undefined : SecretBytes.fromUtf8(jsonText(found));
}

/** A member of an object as it stands; of several of the same name the last, as in Go. */
function topMember(object: string, name: string): string | undefined {
  return Array.from(jsonMembers(object)).findLast(({ key }) => key === name)?.raw;
}

function selectMember(value: MemberBytes, property: string, lookup: PropertyLookup, scan: JsonScan): SecretBytes | undefined {
  const direct = value.member(property);
  if (direct !== undefined) return direct;
  const dot = property.indexOf('.');
  const member = dot <= 0 ? undefined : value.member(property.slice(0, dot));
  const rest = property.slice(dot + 1);
  return member === undefined || rest === '' ? undefined : selectProperty(member, rest, lookup, scan);
}

/**
 * Checks that a property is a path that `selectProperty` follows; `plan` does this with no value at hand.
 * @throws ProviderError `invalid`
 */
export function checkProperty(property: string): void {
  orProviderError(property, () => checkPath(property));
}

function orProviderError<T>(property: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof PathError) throw new ProviderError('invalid', `property ${JSON.stringify(shorten(property))} ${error.message}`);
    throw error;
  }
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

function isPath(property: string): boolean {
  try {
    checkPath(property);
    return true;
  } catch (error) {
    if (error instanceof PathError) return false;
    throw error;
  }
}

/**
 * What `dataFrom.extract` takes: the members of a value that has some, as they are, or else the top level of a JSON object: strings
 * decoded, null empty, all else as written, in the order of the text; the last of several equal keys counts, as in Go's encoding/json.
 * @throws ProviderError `invalid` where the value is not a JSON object; never quotes it
 * @throws ScanLimitError
 */
export function extractMap(value: SecretBytes, scan: JsonScan = new JsonScan()): ReadonlyMap<string, SecretBytes> {
  if (value instanceof MemberBytes) return value.extracted();
  const text = scan.read(value);
  if (!isStrict(text)) throw new ProviderError('invalid', 'the value is not JSON: a string holds a control character that is not escaped');
  if (!text.startsWith('{')) throw new ProviderError('invalid', 'the value is JSON, but not an object whose keys could be extracted');
  return new Map(jsonMembers(text).map(({ key, raw }) => [key.toWellFormed(), SecretBytes.fromUtf8(memberText(raw))]));
}

function memberText(raw: string): string {
  if (raw.startsWith('"')) return decodeJsonString(raw);
  return raw === 'null' ? '' : raw;
}

/** Whether encoding/json takes it too, which control characters in strings do not pass. */
function isStrict(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // the message quotes the input
    return false;
  }
}
