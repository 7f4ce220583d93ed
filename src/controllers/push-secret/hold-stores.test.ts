import { expect, test } from 'vitest';
import { formatKey, keyOf, type KubeObject, type ObjectKey } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { parseSecretStore, type SecretStore, type StoreKind } from '../../api/secret-store.ts';
import type { Informer, InformerListener } from '../../kube/informer.ts';
import type { namespaceFacts } from '../../secret/store-access.ts';
import { pushSecretEntry } from './caches.ts';
import { holdStores } from './hold-stores.ts';

/** A cache in the test's hands. */
function cacheOf<T>(): Informer<T> & { readonly put: (key: ObjectKey, current: T | undefined) => void } {
  const kept = new Map<string, T>();
  const listeners = new Set<InformerListener<T>>();
  return {
    get: (key) => kept.get(formatKey(key)),
    values: () => kept.values(),
    size: () => kept.size,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    synced: Promise.resolve(),
    healthy: () => true,
    put: (key, current) => {
      const previous = kept.get(formatKey(key));
      if (current === undefined) kept.delete(formatKey(key));
      else kept.set(formatKey(key), current);
      for (const listener of listeners) listener({ key, ...(current === undefined ? {} : { current }), ...(previous === undefined ? {} : { previous }) });
    },
  };
}

function stage() {
  const caches = {
    pushSecrets: cacheOf<ReturnType<typeof pushSecretEntry>>(),
    secretStores: cacheOf<ReturnType<typeof parsedObject<SecretStore>>>(),
    clusterSecretStores: cacheOf<ReturnType<typeof parsedObject<SecretStore>>>(),
    namespaces: cacheOf<ReturnType<typeof namespaceFacts>>(),
  };
  const holds = holdStores(caches);
  const told: string[] = [];
  holds.subscribe((kind, key) => told.push(`${kind} ${formatKey(key)}`));
  return {
    caches,
    holds,
    told,
    store: (kind: StoreKind, metadata: KubeObject['metadata'], conditions: readonly unknown[] = []): SecretStore => {
      const entry = parsedObject({ apiVersion: 'external-secrets.io/v1', kind, metadata, spec: { provider: { fake: {} }, conditions } }, parseSecretStore);
      if (!entry.parsed.ok) throw new Error('the test store does not parse');
      (kind === 'ClusterSecretStore' ? caches.clusterSecretStores : caches.secretStores).put(keyOf({ metadata }), entry);
      return entry.parsed.value;
    },
    push: (spec: Readonly<Record<string, unknown>>, synced: Readonly<Record<string, unknown>> = {}): void => {
      const metadata = { namespace: 'devnet', name: 'push', uid: 'uid' };
      const whole = { deletionPolicy: 'Delete', selector: { secret: { name: 'source' } }, ...spec };
      caches.pushSecrets.put(metadata, pushSecretEntry({ apiVersion: 'external-secrets.io/v1alpha1', kind: 'PushSecret', metadata, spec: whole, status: { syncedPushSecrets: synced } }));
    },
  };
}

const shared = { name: 'shared', labels: { team: 'a' } };
const out = { path: { match: { remoteRef: { remoteKey: 'path' } } } };

test('a store is held by who names it, in its own namespace only', () => {
  const { holds, push, store } = stage();
  push({ secretStoreRefs: [{ name: 'vault' }] });
  expect(holds.isHeld(store('SecretStore', { namespace: 'devnet', name: 'vault' }))).toBe(true);
  expect(holds.isHeld(store('SecretStore', { namespace: 'stranger', name: 'vault' }))).toBe(false);
  expect(holds.isHeld(store('ClusterSecretStore', { name: 'vault' }))).toBe(false);
});

test('a cluster store is held by who selects it by its labels, where it admits the namespace', () => {
  const { holds, push, store } = stage();
  push({ secretStoreRefs: [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { team: 'a' } } }] });
  expect(holds.isHeld(store('ClusterSecretStore', shared))).toBe(true);
  expect(holds.isHeld(store('ClusterSecretStore', shared, [{ namespaces: ['stranger'] }]))).toBe(false);
  expect(holds.isHeld(store('ClusterSecretStore', { ...shared, labels: { team: 'b' } }))).toBe(false);
});

test('a store is held by who has something in it, though it is not named any more', () => {
  const { holds, push, store } = stage();
  const vault = store('SecretStore', { namespace: 'devnet', name: 'vault' });
  push({ secretStoreRefs: [{ name: 'other' }] }, { 'SecretStore/vault': out });
  expect(holds.isHeld(vault)).toBe(true);
  push({ secretStoreRefs: [{ name: 'other' }] }, { 'SecretStore/vault': {} });
  expect(holds.isHeld(vault)).toBe(false);
});

test('who removes nothing holds nothing, and who goes lets go; those concerned are told', () => {
  const { caches, holds, push, store, told } = stage();
  const vault = store('SecretStore', { namespace: 'devnet', name: 'vault' });
  store('SecretStore', { namespace: 'stranger', name: 'vault' });
  push({ secretStoreRefs: [{ name: 'vault' }], deletionPolicy: 'None' });
  expect(holds.isHeld(vault)).toBe(false);
  expect(told).toEqual([]);
  push({ secretStoreRefs: [{ name: 'vault' }] });
  expect(holds.isHeld(vault)).toBe(true);
  push({ secretStoreRefs: [{ name: 'vault' }], data: [] });
  caches.pushSecrets.put({ namespace: 'devnet', name: 'push' }, undefined);
  expect(holds.isHeld(vault)).toBe(false);
  expect(told).toEqual(['SecretStore devnet/vault', 'SecretStore devnet/vault']);
});
