import type { ExternalSecretSpec, RemoteSource } from '../api/external-secret-spec.ts';
import type { GeneratorReference, StoreReference } from '../api/source-reference.ts';
import type { RemoteRef } from '../provider/contract.ts';
import type { PropertyLookup } from '../provider/property.ts';

/** What names a store among those that one object refers to. */
export function storeId({ kind, name }: StoreReference): string {
  return `${kind} ${name}`;
}

/** What names a generator among those that one object refers to. */
export function generatorId({ kind, name }: GeneratorReference): string {
  return `${kind} ${name}`;
}

/** The stores that an ExternalSecret reads, each once. A store that it names for all entries is none of them where each names another. */
export function storesOf({ dataFrom, data }: ExternalSecretSpec): readonly StoreReference[] {
  const stores = [...dataFrom.flatMap((entry) => (entry.kind === 'generator' ? [] : [entry.store])), ...data.map(({ store }) => store)];
  return [...new Map(stores.map((store) => [storeId(store), store])).values()];
}

/** A store that is read, and the first field that says so: `spec.secretStoreRef`, or the `storeRef` of an entry. */
export interface StorePath {
  readonly store: StoreReference;
  readonly path: string;
}

/** The stores that are read, with the fields that name them. */
export function storePaths(spec: ExternalSecretSpec): readonly StorePath[] {
  const { secretStoreRef, dataFrom, data } = spec;
  const own = [
    ...dataFrom.map((entry, index) => ({ store: entry.kind === 'generator' ? undefined : entry.store, path: `spec.dataFrom[${index}].sourceRef.storeRef` })),
    ...data.map(({ store }, index) => ({ store, path: `spec.data[${index}].sourceRef.storeRef` })),
  ];
  return storesOf(spec).map((store) => {
    const isDefault = secretStoreRef !== undefined && storeId(secretStoreRef) === storeId(store);
    const named = own.find((one) => one.store !== undefined && storeId(one.store) === storeId(store));
    return { store, path: isDefault ? 'spec.secretStoreRef' : (named?.path ?? 'spec') };
  });
}

/** Those, and the one that is named for all entries even where no entry reads it. */
export function namedStores(spec: ExternalSecretSpec): readonly StoreReference[] {
  const read = storesOf(spec);
  const { secretStoreRef } = spec;
  return secretStoreRef === undefined || read.some((store) => storeId(store) === storeId(secretStoreRef)) ? read : [...read, secretStoreRef];
}

/** The generators that an ExternalSecret uses, each once. */
export function generatorsOf({ dataFrom }: ExternalSecretSpec): readonly GeneratorReference[] {
  const generators = dataFrom.flatMap((entry) => (entry.kind === 'generator' ? [entry.generator] : []));
  return [...new Map(generators.map((generator) => [generatorId(generator), generator])).values()];
}

/** All single values that are to be read through one store, each reference once. */
export interface StoreReads {
  readonly store: StoreReference;
  readonly refs: readonly RemoteRef[];
}

/** What names a reference within one store. Key and version are free text, so no separator would be safe. */
export function refId({ key, version = '', property = '', metadata }: RemoteRef): string {
  return JSON.stringify([key, version, metadata === true, property]);
}

/** What an ExternalSecret reads by key, store by store. Several properties of one value are one reference, unless the provider looks them up. */
export function referencesOf(spec: ExternalSecretSpec, lookup: (store: StoreReference) => PropertyLookup = () => 'path-only'): readonly StoreReads[] {
  const sources = [...spec.dataFrom.flatMap((entry) => (entry.kind === 'extract' ? [{ store: entry.store, source: entry.extract }] : [])), ...spec.data.map(({ store, remoteRef }) => ({ store, source: remoteRef }))];
  return storesOf(spec).flatMap((store) => {
    const refs = sources.flatMap((one) => (storeId(one.store) === storeId(store) ? [remoteRef(one.source, lookup(store))] : []));
    return refs.length === 0 ? [] : [{ store, refs: [...new Map(refs.map((ref) => [refId(ref), ref])).values()] }];
  });
}

/** A source as the reader takes it. */
export function remoteRef({ key, version, property, metadataPolicy }: RemoteSource, lookup: PropertyLookup): RemoteRef {
  const told = lookup === 'by-provider' && property !== undefined ? { property } : {};
  return { key, ...(version === undefined ? {} : { version }), ...told, ...(metadataPolicy === 'Fetch' ? { metadata: true } : {}) };
}
