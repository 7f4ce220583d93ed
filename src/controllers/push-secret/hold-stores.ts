import { isDeepStrictEqual } from 'node:util';
import { selectorMatches } from '../../api/label-selector.ts';
import { formatKey, keyOf, parseKey } from '../../api/object.ts';
import type { SecretStore, StoreKind } from '../../api/secret-store.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { StoreHolds } from '../../secret/push/store-holds.ts';
import { syncedStoreKey } from '../../secret/push/synced-key.ts';
import { mayUseStore } from '../../secret/store-access.ts';
import { anyStoreTerm, storeTerm, storeTerms } from './index-terms.ts';
import type { PushSecretCaches, PushSecretEntry } from './caches.ts';
import { namespaceOf } from './caches.ts';

/**
 * Which stores PushSecrets need for what they have to remove some day. A store that does not admit a namespace is not held by its
 * PushSecrets: nobody keeps what is not theirs to use.
 */
export function holdStores(caches: Pick<PushSecretCaches, 'pushSecrets' | 'secretStores' | 'clusterSecretStores' | 'namespaces'>): StoreHolds {
  const holders = new ReverseIndex();
  const listeners = new Set<(kind: StoreKind, key: ReturnType<typeof parseKey>) => void>();
  const tell = (terms: Iterable<string>): void => {
    for (const { kind, key } of storesBehind(terms, caches)) for (const listener of listeners) listener(kind, key);
  };
  const stop = caches.pushSecrets.subscribe(({ key, current, previous }) => {
    const [before, after] = [termsOf(previous), termsOf(current)];
    if (isDeepStrictEqual(before, after)) return;
    holders.set(formatKey(key), after);
    tell(new Set([...before, ...after]));
  });
  return {
    isHeld: (store) => {
      const candidates = new Set([...holders.itemsOf(storeTerm(store.kind, keyOf(store))), ...holders.itemsOf(anyStoreTerm(store.kind, store.metadata.namespace ?? ''))]);
      return [...candidates].some((id) => {
        const entry = caches.pushSecrets.get(parseKey(id));
        return entry !== undefined && holds(entry, store, caches);
      });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop,
  };
}

function termsOf(entry: PushSecretEntry | undefined): readonly string[] {
  return entry?.deletes === true ? storeTerms(entry) : [];
}

function holds(entry: PushSecretEntry, store: SecretStore, caches: Pick<PushSecretCaches, 'namespaces'>): boolean {
  const { metadata, parsed, synced } = entry;
  if (store.kind === 'SecretStore' && store.metadata.namespace !== metadata.namespace) return false;
  if (!mayUseStore(store, namespaceOf({ metadata }, caches))) return false;
  if (Object.keys(synced[syncedStoreKey(store)] ?? {}).length > 0) return true;
  if (!parsed.ok) return false;
  return parsed.value.spec.secretStoreRefs.some((reference) => reference.kind === store.kind && ('name' in reference ? reference.name === store.metadata.name : selectorMatches(reference.labels, store.metadata.labels ?? {})));
}

/** The stores that terms stand for. */
function storesBehind(terms: Iterable<string>, { secretStores, clusterSecretStores }: Pick<PushSecretCaches, 'secretStores' | 'clusterSecretStores'>): readonly { readonly kind: StoreKind; readonly key: ReturnType<typeof parseKey> }[] {
  const wanted = new Set(terms);
  const among = (kind: StoreKind, stores: PushSecretCaches['secretStores']): ReturnType<typeof storesBehind> =>
    [...stores.values()].flatMap(({ metadata }) => {
      const key = keyOf({ metadata });
      return wanted.has(storeTerm(kind, key)) || wanted.has(anyStoreTerm(kind, key.namespace ?? '')) ? [{ kind, key }] : [];
    });
  return [...among('SecretStore', secretStores), ...among('ClusterSecretStore', clusterSecretStores)];
}
