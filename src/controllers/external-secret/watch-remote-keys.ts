import type { ExternalSecretSpec } from '../../api/external-secret-spec.ts';
import { formatKey, type ObjectKey, type ObjectMeta } from '../../api/object.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import { generatorsOf, storeId, storesOf } from '../../secret/references.ts';
import { untimedBy } from './refresh-schedule.ts';
import type { SourceUsage } from './credential-index.ts';
import type { ExternalSecretCaches, ExternalSecretEntry } from './observe.ts';
import type { KnownPlace, RemoteKeyIndex, RemoteUsage } from './remote-key-index.ts';
import { remoteSearch } from './remote-search.ts';
import { type StoreIndexes, storeTerm } from './watch-stores.ts';

/** Tells where the values of a store live, from its `spec.provider`; undefined where that makes no sense. */
export type PlaceOfConfig = (provider: unknown) => KnownPlace | undefined;

type Stop = () => void;

/** Keeps account of who reads what, as ExternalSecrets and stores come and go. */
export function watchRemoteKeys({ externalSecrets, secretStores, clusterSecretStores }: ExternalSecretCaches, { byStore }: Pick<StoreIndexes, 'byStore'>, index: RemoteKeyIndex): readonly Stop[] {
  const watch = (kind: StoreKind, stores: ExternalSecretCaches['secretStores']): Stop =>
    stores.subscribe(({ key, current, previous }) => {
      if (!asksTheSame(current, previous)) index.refresh(byStore.itemsOf(storeTerm(kind, key)));
    });
  const stop = externalSecrets.subscribe(({ key, current, previous }) => {
    if (!asksTheSame(current, previous)) index.set(formatKey(key), current === undefined ? [] : usagesOf(key, current));
  });
  return [stop, watch('SecretStore', secretStores), watch('ClusterSecretStore', clusterSecretStores)];
}

/** Statuses come and go; what counts is what is asked for. */
function asksTheSame(current: { readonly metadata: ObjectMeta } | undefined, previous: { readonly metadata: ObjectMeta } | undefined): boolean {
  return current?.metadata.generation === previous?.metadata.generation && current?.metadata.uid === previous?.metadata.uid;
}

/** Where a store's values live, as the cache has it. */
export function placeOfStore({ kind, namespace, name }: SourceUsage, { secretStores, clusterSecretStores }: Pick<ExternalSecretCaches, 'secretStores' | 'clusterSecretStores'>, placeOf: PlaceOfConfig): KnownPlace | undefined {
  const store = kind === 'ClusterSecretStore' ? clusterSecretStores.get({ name }) : secretStores.get({ namespace, name });
  return store?.parsed.ok === true ? placeOf(store.parsed.value.spec.provider) : undefined;
}

/**
 * What an ExternalSecret reads, store by store. Nothing where time is no reason to read it either: what is made once stays. Where
 * generators take part it waits for its time, too: a change at a store is no reason to rotate a password.
 */
function usagesOf({ namespace = '' }: ObjectKey, { parsed }: ExternalSecretEntry): readonly RemoteUsage[] {
  if (!parsed.ok || untimedBy(parsed.value.spec) !== undefined || generatorsOf(parsed.value.spec).length > 0) return [];
  const { spec } = parsed.value;
  return storesOf(spec).map((store) => ({ store: { ...store, namespace }, ...readsOf(spec, storeId(store)) }));
}

function readsOf({ data, dataFrom }: ExternalSecretSpec, id: string): Pick<RemoteUsage, 'keys' | 'searches'> {
  const own = dataFrom.flatMap((entry) => (entry.kind !== 'generator' && storeId(entry.store) === id ? [entry] : []));
  const keys = [...data.flatMap(({ store, remoteRef }) => (storeId(store) === id ? [remoteRef.key] : [])), ...own.flatMap((entry) => (entry.kind === 'extract' ? [entry.extract.key] : []))];
  return { keys: [...new Set(keys)], searches: own.flatMap((entry) => (entry.kind === 'find' ? [remoteSearch(entry.find)] : [])) };
}
