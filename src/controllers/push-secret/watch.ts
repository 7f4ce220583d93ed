import { isDeepStrictEqual } from 'node:util';
import { allowedKeysAnnotation, pushNamespacesAnnotation } from '../../api/names.ts';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { formatKey, parseKey } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import type { InformerOptions } from '../../kube/informer.ts';
import { objectVersion } from '../../kube/object-version.ts';
import { clusterSecretStoreType, configMapType, namespaceType, pushSecretType, secretStoreType, secretType } from '../../kube/resource-types.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import { anySecretTerm, anyStoreTerm, objectTerm, sourceTerms, storeTerm, storeTerms } from './index-terms.ts';
import type { PushSecretCaches, StoreEntry } from './caches.ts';
import { pushSecretEntry } from './caches.ts';
import type { PushMemory } from './push-memory.ts';

/** What each cache of this controller watches, and what it keeps. All but the first are the same as those of other controllers. */
export const pushSecretInformers: { readonly [Name in keyof PushSecretCaches]: InformerOptions<NonNullable<ReturnType<PushSecretCaches[Name]['get']>>> } = {
  pushSecrets: { type: pushSecretType, selection: {}, project: pushSecretEntry },
  secretStores: { type: secretStoreType, selection: {}, project: (object) => parsedObject(object, parseSecretStore) },
  clusterSecretStores: { type: clusterSecretStoreType, selection: {}, project: (object) => parsedObject(object, parseSecretStore) },
  secretVersions: { type: secretType, selection: { metadataOnly: true }, project: objectVersion },
  configMapVersions: { type: configMapType, selection: { metadataOnly: true }, project: objectVersion },
  namespaces: { type: namespaceType, selection: { metadataOnly: true }, project: ({ metadata }) => namespaceFacts(metadata) },
};

export interface WatchOptions {
  readonly caches: PushSecretCaches;
  readonly generators: GeneratorCache;
  readonly memory: PushMemory;
  /** @param after milliseconds; absent: at once */
  readonly enqueue: (key: ObjectKey, after?: number) => void;
}

type Stop = () => void;

/** Secrets that are selected by their labels are listed for each look: changes that come together cause one. */
const listDelay = 200;

/** Turns events of the caches into keys of PushSecrets to reconcile. Answers how to stop. */
export function watchPushSecrets({ caches, generators, memory, enqueue }: WatchOptions): Stop {
  const indexes = { byStore: new ReverseIndex(), bySource: new ReverseIndex(), byNamespace: new ReverseIndex() };
  const { byStore, bySource, byNamespace } = indexes;
  const enqueueAll = (keys: Iterable<string>, after?: number): void => {
    for (const key of keys) enqueue(parseKey(key), after);
  };
  const stops = [
    caches.pushSecrets.subscribe(({ key, current, previous }) => {
      const id = formatKey(key);
      if (previous !== undefined && previous.metadata.uid !== current?.metadata.uid) memory.forget(previous.metadata.uid ?? '');
      byStore.set(id, current === undefined ? [] : storeTerms(current));
      bySource.set(id, current?.parsed.ok === true ? sourceTerms(current.parsed.value) : []);
      byNamespace.set(id, current === undefined ? [] : [key.namespace ?? '']);
      if (current !== undefined && (previous === undefined || hasNews(previous.metadata, current.metadata))) enqueue(key);
    }),
    caches.secretVersions.subscribe(({ key }) => {
      enqueueAll(bySource.itemsOf(objectTerm('Secret', key)));
      enqueueAll(bySource.itemsOf(anySecretTerm(key.namespace ?? '')), listDelay);
    }),
    caches.configMapVersions.subscribe(({ key }) => enqueueAll(bySource.itemsOf(objectTerm('ConfigMap', key)))),
    generators.subscribe((term) => enqueueAll(bySource.itemsOf(term))),
    caches.namespaces.subscribe(({ key, current, previous }) => {
      if (!isDeepStrictEqual(current, previous)) enqueueAll(byNamespace.itemsOf(key.name));
    }),
    watchStores('SecretStore', caches.secretStores, byStore, enqueueAll),
    watchStores('ClusterSecretStore', caches.clusterSecretStores, byStore, enqueueAll),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function watchStores(kind: StoreKind, stores: PushSecretCaches['secretStores'], byStore: ReverseIndex, enqueueAll: (keys: Iterable<string>) => void): Stop {
  return stores.subscribe(({ key, current, previous }) => {
    if (storeState(current) === storeState(previous)) return;
    enqueueAll(new Set([...byStore.itemsOf(storeTerm(kind, key)), ...byStore.itemsOf(anyStoreTerm(kind, key.namespace ?? ''))]));
  });
}

/** Statuses and finalizers are ours, or nobody's business: what counts is what somebody asks for. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, labels, annotations, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, labels, annotations, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}

/** As much of a store as its PushSecrets depend on, as one comparable text. */
function storeState(entry: StoreEntry | undefined): string {
  if (entry === undefined) return 'absent';
  const { metadata, parsed } = entry;
  const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
  return JSON.stringify([metadata.uid, metadata.generation, metadata.labels, metadata.annotations?.[allowedKeysAnnotation], metadata.annotations?.[pushNamespacesAnnotation], metadata.deletionTimestamp, ready?.status, ready?.message]);
}
