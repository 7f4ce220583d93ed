import type { RemoteSource } from '../api/external-secret-spec.ts';
import type { SecretBytes } from '../lib/secret-bytes.ts';
import type { ReadResult } from '../provider/contract.ts';
import { extractMap, selectProperty } from '../provider/property.ts';
import { ProviderError } from '../provider/provider-error.ts';
import { decode, hasNullByte } from './decode.ts';
import type { RemoteValues } from './read-values.ts';
import type { Selected } from './value-problem.ts';
import { unusable } from './value-problem.ts';

/** The value of one reference: read, its property taken, decoded, checked. */
export function selectValue(source: RemoteSource, values: RemoteValues): Selected<SecretBytes> {
  const value = propertyOf(source, values);
  return value.ok ? finish(source, value.value) : value;
}

/** The object of one reference, value by value as `selectValue` has them; the keys are still the provider's. */
export function selectExtract(source: RemoteSource, values: RemoteValues): Selected<ReadonlyMap<string, SecretBytes>> {
  const value = propertyOf(source, values);
  if (!value.ok) return value;
  const members = explained(source, () => extractMap(value.value));
  if (!members.ok) return members;
  const finished = new Map<string, SecretBytes>();
  for (const [key, member] of members.value) {
    const result = finish(source, member, key);
    if (!result.ok) return result;
    finished.set(key, result.value);
  }
  return { ok: true, value: finished };
}

function propertyOf(source: RemoteSource, values: RemoteValues): Selected<SecretBytes> {
  const value = readOf(source, values.of(source));
  const { property } = source;
  if (!value.ok || property === undefined) return value;
  const selected = explained(source, () => selectProperty(value.value, property, values.lookup));
  if (!selected.ok) return selected;
  if (selected.value === undefined) return { ok: false, problem: { kind: 'absent', message: `${nameOf(source)} has no property ${JSON.stringify(property)}` } };
  return { ok: true, value: selected.value };
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

/** Decoding and the check for NUL bytes come last, for single values and for each member of an object alike. */
function finish(source: RemoteSource, value: SecretBytes, member?: string): Selected<SecretBytes> {
  const what = member === undefined ? nameOf(source) : `the key ${JSON.stringify(member)} of ${nameOf(source)}`;
  const decoded = decode(source.decodingStrategy, value);
  if (decoded === undefined) return unusable(`${what} is not ${source.decodingStrategy}, as decodingStrategy says`);
  if (source.nullBytePolicy === 'Fail' && hasNullByte(decoded)) return unusable(`${what} holds a NUL byte, which nullBytePolicy forbids`);
  return { ok: true, value: decoded };
}

/** Runs a function of the provider room that refuses values by throwing; its messages quote none. */
function explained<T>(source: RemoteSource, run: () => T): Selected<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    if (error instanceof ProviderError) return unusable(`${nameOf(source)}: ${error.message}`);
    throw error;
  }
}

function nameOf({ key, version }: RemoteSource): string {
  return version === undefined ? JSON.stringify(key) : `${JSON.stringify(key)} (version ${JSON.stringify(version)})`;
}
