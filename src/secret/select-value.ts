import type { DataEntry, DataFromEntry, FindSource, RemoteSource, ValuePolicies } from '../api/external-secret-spec.ts';
import type { StoreReference } from '../api/source-reference.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { ReadResult } from '../provider/contract.ts';
import { ScanLimitError } from '../provider/json-scan.ts';
import { MemberBytes } from '../provider/member-bytes.ts';
import { extractMap, selectProperty } from '../provider/property.ts';
import { ProviderError } from '../provider/provider-error.ts';
import { decode, hasNullByte } from './decode.ts';
import { originWithin, type Traced } from './provenance.ts';
import type { RemoteValues } from './read-values.ts';
import type { Selected } from './value-problem.ts';
import { unusable } from './value-problem.ts';

/** The value of one reference: read, its property taken, decoded, checked. */
export function selectValue({ remoteRef, store }: Omit<DataEntry, 'secretKey'>, values: RemoteValues): Selected<Traced> {
  const selected = propertyOf(store, remoteRef, values);
  if (!selected.ok) return selected;
  const { value, origin } = selected.value;
  if ((remoteRef.property ?? '') === '' && value instanceof MemberBytes && value.needsMember) return unusable(`${nameOf(remoteRef)} has no value of its own; say by property what of it is meant`);
  const decoded = decodeValue(remoteRef, nameOf(remoteRef), value);
  return decoded.ok ? { ok: true, value: { value: decoded.value, origin } } : decoded;
}

/** The object of one reference, member by member; keys and values are still the provider's. */
export function selectExtract({ extract, store }: DataFromEntry & { readonly kind: 'extract' }, values: RemoteValues): Selected<ReadonlyMap<string, Traced>> {
  const selected = propertyOf(store, extract, values);
  if (!selected.ok) return selected;
  const { value, origin } = selected.value;
  const members = explained(extract, () => extractMap(value, values.json));
  if (!members.ok) return members;
  return { ok: true, value: new Map([...members.value].map(([key, member]) => [key, { value: member, origin: originWithin(origin, key) }])) };
}

/** The values that a query has found, by the names that the provider has for them. */
export function selectFound({ find, store }: DataFromEntry & { readonly kind: 'find' }, index: number, values: RemoteValues): Selected<ReadonlyMap<string, Traced>> {
  const result = values.found(index);
  if (result.kind === 'error') {
    const { kind, message, retryAfter } = result.error;
    return { ok: false, problem: { kind, message: `find ${describeQuery(find)} failed (${kind}): ${message}`, ...(retryAfter === undefined ? {} : { retryAfter }) } };
  }
  // a pattern with a slip of the pen finds nothing: that must never count as an order to wipe a Secret
  if (result.values.length === 0) return { ok: false, problem: { kind: 'absent', message: `find ${describeQuery(find)} found nothing` } };
  const label = values.label(store);
  return { ok: true, value: new Map(result.values.map(({ key, value, version }) => [key, { value, origin: { kind: 'store', store: label, key, ...(version === undefined ? {} : { version }) } }])) };
}

function describeQuery({ path, name, tags }: FindSource): string {
  const parts = [
    ...(name === undefined ? [] : [`by name ${JSON.stringify(name)}`]),
    ...(tags === undefined ? [] : [`by tags ${JSON.stringify(tags)}`]),
    ...(path === undefined ? [] : [`in ${JSON.stringify(path)}`]),
  ];
  return parts.length === 0 ? 'of everything' : parts.join(' ');
}

/**
 * Decoding and the check for NUL bytes come last, for single values and for each member of an object alike.
 * @param what names the value in messages
 */
export function decodeValue({ decodingStrategy, nullBytePolicy }: ValuePolicies, what: string, value: SecretBytes): Selected<SecretBytes> {
  const decoded = decode(decodingStrategy, value);
  if (decoded === undefined) return unusable(`${what} is not ${decodingStrategy}, as decodingStrategy says`);
  if (nullBytePolicy === 'Fail' && hasNullByte(decoded)) return unusable(`${what} holds a NUL byte, which nullBytePolicy forbids`);
  return { ok: true, value: decoded };
}

function propertyOf(store: StoreReference, source: RemoteSource, values: RemoteValues): Selected<Traced> {
  const result = values.of(store, source);
  const value = readOf(source, result);
  if (!value.ok) return value;
  const version = result.kind === 'value' ? result.version : undefined;
  const { key, property } = source;
  const origin = { kind: 'store', store: values.label(store), key, ...(property === undefined ? {} : { property }), ...(version === undefined ? {} : { version }) } as const;
  if (property === undefined) return { ok: true, value: { value: value.value, origin } };
  const selected = explained(source, () => selectProperty(value.value, property, values.lookup(store), values.json));
  if (!selected.ok) return selected;
  // what is there without this property is not gone: no deletion policy may take a slip, or another's edit, for an order
  if (selected.value === undefined) return unusable(`${nameOf(source)} has no property ${JSON.stringify(property)}`);
  return { ok: true, value: { value: selected.value, origin } };
}

function readOf(source: RemoteSource, result: ReadResult): Selected<SecretBytes> {
  switch (result.kind) {
    case 'value':
      return { ok: true, value: result.value };
    case 'absent':
      return { ok: false, problem: { kind: 'absent', message: `the provider has no ${nameOf(source)}` } };
    default: {
      const { kind, message, retryAfter } = result.error;
      return { ok: false, problem: { kind, message: `${nameOf(source)} could not be read (${kind}): ${message}`, ...(retryAfter === undefined ? {} : { retryAfter }) } };
    }
  }
}

/** Runs a function of the provider room that refuses values by throwing; its messages quote none. */
function explained<T>(source: RemoteSource, run: () => T): Selected<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof ScanLimitError) return { ok: false, problem: { kind: 'limit', message: `${nameOf(source)}: ${error.message}` } };
    if (error instanceof ProviderError) return unusable(`${nameOf(source)}: ${error.message}`);
    throw error;
  }
}

/** A source as messages name it. */
export function nameOf({ key, version }: RemoteSource): string {
  return version === undefined ? JSON.stringify(key) : `${JSON.stringify(key)} (version ${JSON.stringify(version)})`;
}
