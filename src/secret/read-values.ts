import type { ExternalSecretSpec, FindSource, RemoteSource } from '../api/external-secret-spec.ts';
import { allowedKeysAnnotation } from '../api/names.ts';
import type { StoreReference } from '../api/source-reference.ts';
import type { FindQuery, ReadResult } from '../provider/contract.ts';
import { JsonScan } from '../provider/json-scan.ts';
import type { PropertyLookup } from '../provider/property.ts';
import { ProviderError } from '../provider/provider-error.ts';
import type { FindResult, StoreHandle, StoreReader } from '../provider/store-reader.ts';
import { namePattern } from './name-pattern.ts';
import { referencesOf, refId, remoteRef, storeId, type StoreReads } from './references.ts';
import { storeName } from './store-handle.ts';

/** The stores that an ExternalSecret may read. */
export interface ReadableStores {
  /** By `storeId`, for the ExternalSecret's namespace. */
  readonly stores: ReadonlyMap<string, StoreHandle>;
  /** Whether the store lets the namespace have this key of the provider. */
  readonly mayRead: (store: StoreReference, key: string) => boolean;
  /** The ExternalSecret is new or was edited: it goes before those whose time is up. */
  readonly urgent?: boolean;
  /** Since when the ExternalSecret is due, on the monotonic clock: what was read since then for others is right for it. */
  readonly since?: number;
}

/** What the providers answered to one ExternalSecret. */
export interface RemoteValues {
  readonly of: (store: StoreReference, source: RemoteSource) => ReadResult;
  /** @param index of an entry of dataFrom that finds */
  readonly found: (index: number) => FindResult;
  readonly lookup: (store: StoreReference) => PropertyLookup;
  /** The store's label, for provenance. */
  readonly label: (store: StoreReference) => string;
  /** Where properties are looked up: what is read of a value once serves all that is taken of it. */
  readonly json: JsonScan;
}

/**
 * Reads all that an ExternalSecret refers to, all stores at once. Failures are results, as the reader's contract has it; what a store
 * keeps from the namespace is not asked for, and `denied`.
 * @throws the signal's reason only
 */
export async function readValues(reader: StoreReader, access: ReadableStores, spec: ExternalSecretSpec, signal: AbortSignal): Promise<RemoteValues> {
  const lookup = (store: StoreReference): PropertyLookup => reader.propertyLookup(handleOf(access, store));
  const [reads, finds] = await Promise.all([
    Promise.all(referencesOf(spec, lookup).map(async (one) => [storeId(one.store), await readStore(reader, access, one, signal)] as const)),
    Promise.all(spec.dataFrom.map(async (entry) => (entry.kind === 'find' ? findValues(reader, access, { ...entry, isRetained: spec.deletionPolicy === 'Retain' }, signal) : undefined))),
  ]);
  const byStore = new Map(reads);
  return {
    of: (store, source) => byStore.get(storeId(store))?.get(refId(remoteRef(source, lookup(store)))) ?? unanswered(),
    found: (index) => finds[index] ?? unanswered(),
    lookup,
    label: (store) => handleOf(access, store).label,
    json: new JsonScan(),
  };
}

/** The answers by `refId`. */
async function readStore(reader: StoreReader, access: ReadableStores, { store, refs }: StoreReads, signal: AbortSignal): Promise<ReadonlyMap<string, ReadResult>> {
  const allowed = refs.filter(({ key }) => access.mayRead(store, key));
  const results = allowed.length === 0 ? [] : await reader.read(handleOf(access, store), allowed, signal, { urgent: access.urgent === true, ...(access.since === undefined ? {} : { since: access.since }) });
  const refused: ReadResult = { kind: 'error', error: new ProviderError('denied', `${storeName(store)} does not allow this key to this namespace`) };
  const byId = new Map(allowed.map((ref, index) => [refId(ref), results[index] ?? unanswered()]));
  return new Map(refs.map((ref) => [refId(ref), byId.get(refId(ref)) ?? refused]));
}

interface Finding {
  readonly find: FindSource;
  readonly store: StoreReference;
  readonly isRetained: boolean;
}

/** What is found and kept from the namespace is not gone: where a Secret follows what is gone, or nothing is left, that is an error. */
async function findValues(reader: StoreReader, access: ReadableStores, { find, store, isRetained }: Finding, signal: AbortSignal): Promise<FindResult> {
  const query = findQuery(find);
  if (query instanceof ProviderError) return { kind: 'error', error: query };
  const found = await reader.find(handleOf(access, store), query, signal);
  if (found.kind === 'error') return found;
  const values = found.values.filter(({ key }) => access.mayRead(store, key));
  const refused = found.values.length - values.length;
  if (refused === 0 || (values.length > 0 && isRetained)) return { kind: 'found', values };
  const what = values.length === 0 ? 'any of the keys found' : `${refused} of the ${found.values.length} keys found`;
  const message = `${storeName(store)} does not allow ${what} to this namespace: its annotation ${allowedKeysAnnotation} keeps them`;
  return { kind: 'error', error: new ProviderError('denied', message) };
}

function findQuery({ path, name, tags }: FindSource): FindQuery | ProviderError {
  const pattern = name === undefined ? undefined : namePattern(name);
  if (pattern instanceof ProviderError) return pattern;
  return { ...(path === undefined ? {} : { path }), ...(pattern === undefined ? {} : { name: pattern }), ...(tags === undefined ? {} : { tags }) };
}

function handleOf({ stores }: ReadableStores, store: StoreReference): StoreHandle {
  const handle = stores.get(storeId(store));
  if (handle === undefined) throw new Error(`no handle was given for ${storeName(store)}`);
  return handle;
}

function unanswered(): never {
  throw new Error('the store reader answered fewer references than it was asked for');
}
