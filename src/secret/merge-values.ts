import type { MergeStep } from '../api/key-rewrite.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { jsonText } from '../provider/json-scalar.ts';
import { jsonMembers, JsonTextError, jsonValue } from '../provider/json-text.ts';
import { compareBytes, goJson, goObject } from './go-json.ts';
import { type KeyOrigin, originWithin, type Traced } from './provenance.ts';
import { quoteKey } from './quote-key.ts';
import { type Selected, unusable } from './value-problem.ts';

/** A member of one of the objects, as it was written. */
interface Member {
  readonly raw: string;
  readonly origin: KeyOrigin;
}

/** How many conflicts a message names. */
const mostNamed = 10;

/**
 * Merges the JSON objects that the values are: in the order of their keys, then those of `priority`; the last one wins. By `Extract`
 * their members take the place of all; by `JSON` the merged object is added under the key `into`.
 */
export function mergeValues(step: MergeStep, values: ReadonlyMap<string, Traced>): Selected<ReadonlyMap<string, Traced>> {
  const merged = new Map<string, Member>();
  const conflicts = new Set<string>();
  for (const key of orderOf(step, values)) {
    const value = values.get(key);
    if (value === undefined && step.priorityPolicy === 'IgnoreNotFound') continue;
    if (value === undefined) return unusable(`merge failed: the key ${quoteKey(key)} of priority is not there`);
    const members = membersOf(key, value);
    if (!members.ok) return members;
    for (const [name, member] of members.value) {
      if (merged.has(name)) conflicts.add(name);
      merged.set(name, member);
    }
  }
  if (step.conflictPolicy === 'Error' && conflicts.size > 0) return unusable(`merge failed with conflicts: ${list([...conflicts])}`);
  return { ok: true, value: step.strategy === 'Extract' ? extracted(merged) : new Map([...values, [step.into, joined(merged, values)]]) };
}

/** Keys without priority come first and so win least. */
function orderOf({ priority }: MergeStep, values: ReadonlyMap<string, Traced>): readonly string[] {
  return [...[...values.keys()].filter((key) => !priority.includes(key)).toSorted(compareBytes), ...priority];
}

function membersOf(key: string, { value, origin }: Traced): Selected<ReadonlyMap<string, Member>> {
  const text = textOf(value);
  // Go reads null as an object without members
  if (text === 'null') return { ok: true, value: new Map() };
  if (text?.startsWith('{') !== true) return unusable(`merge failed: the value of ${quoteKey(key)} is not a JSON object`);
  return { ok: true, value: new Map([...jsonMembers(text)].map(({ key: name, raw }) => [name.toWellFormed(), { raw, origin: originWithin(origin, name) }])) };
}

/** The JSON text of a value; undefined where it is none. What JSON.parse and `jsonValue` say of it is not told: both could quote it. */
function textOf(value: SecretBytes): string | undefined {
  try {
    const text = jsonValue(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.reveal()));
    JSON.parse(text);
    return text;
  } catch (error) {
    if (error instanceof JsonTextError || error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Text for what is a scalar; JSON, escaped as Go does by default, for what is not. */
function extracted(merged: ReadonlyMap<string, Member>): ReadonlyMap<string, Traced> {
  const textFor = (raw: string): string => (raw.startsWith('{') || raw.startsWith('[') ? goJson(raw, true) : jsonText(raw));
  return new Map([...merged].map(([name, { raw, origin }]) => [name, { value: SecretBytes.fromUtf8(textFor(raw)), origin }]));
}

function joined(merged: ReadonlyMap<string, Member>, values: ReadonlyMap<string, Traced>): Traced {
  const members = new Map([...merged].map(([name, { raw }]) => [name, goJson(raw, false)]));
  return { value: SecretBytes.fromUtf8(goObject(members, false)), origin: commonOrigin([...values.values()].map(({ origin }) => origin)) };
}

/** All values of an entry have one source. */
function commonOrigin(origins: readonly KeyOrigin[]): KeyOrigin {
  const [first] = origins;
  if (first === undefined || first.kind === 'template') return { kind: 'template' };
  const keys = [...new Set(origins.flatMap((origin) => (origin.kind === 'template' ? [] : [origin.key])))];
  if (first.kind === 'generator') return { ...first, key: list(keys) };
  const { version } = first;
  return { kind: 'store', store: first.store, key: list(keys), ...(version === undefined || keys.length > 1 ? {} : { version }) };
}

function list(keys: readonly string[]): string {
  const named = keys.toSorted(compareBytes).slice(0, mostNamed);
  return [...named, ...(keys.length > mostNamed ? [`and ${keys.length - mostNamed} more`] : [])].join(', ');
}
