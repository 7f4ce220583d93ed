import { isDeepStrictEqual } from 'node:util';
import { parseExternalSecret } from '../../api/external-secret.ts';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { formatKey, parseKey } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import { managedLabel } from '../../api/names.ts';
import type { InformerOptions } from '../../kube/informer.ts';
import { objectVersion } from '../../kube/object-version.ts';
import { clusterSecretStoreType, configMapType, externalSecretType, namespaceType, secretStoreType, secretType } from '../../kube/resource-types.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import type { ExternalSecretCaches, ExternalSecretEntry, StoreEntry } from './observe.ts';
import { targetKey } from './observe.ts';
import type { SyncMemory } from './sync-memory.ts';
import { sourceTerm, sourceTerms } from './template-sources.ts';

/** What each cache of this controller watches, and what it keeps. */
export const externalSecretInformers: { readonly [Name in keyof ExternalSecretCaches]: InformerOptions<NonNullable<ReturnType<ExternalSecretCaches[Name]['get']>>> } = {
  externalSecrets: { type: externalSecretType, selection: {}, project: (object) => parsedObject(object, parseExternalSecret) },
  secretStores: { type: secretStoreType, selection: {}, project: (object) => parsedObject(object, parseSecretStore) },
  clusterSecretStores: { type: clusterSecretStoreType, selection: {}, project: (object) => parsedObject(object, parseSecretStore) },
  managedSecrets: { type: secretType, selection: { labelSelector: `${managedLabel}=true` }, project: liveSecret },
  secretVersions: { type: secretType, selection: { metadataOnly: true }, project: objectVersion },
  configMapVersions: { type: configMapType, selection: { metadataOnly: true }, project: objectVersion },
  namespaces: { type: namespaceType, selection: { metadataOnly: true }, project: ({ metadata }) => namespaceFacts(metadata) },
};

/** Which ExternalSecrets are to be looked at when something else changes. Keys are `namespace/name`. */
export interface Watching {
  /** Keys of managed Secrets with the uid among their owners. */
  readonly ownedBy: (uid: string) => Iterable<ObjectKey>;
  /** Stops listening. */
  readonly stop: () => void;
}

/** Which ExternalSecrets have to do with what. */
interface Indexes {
  readonly byStore: ReverseIndex;
  readonly byTarget: ReverseIndex;
  readonly byNamespace: ReverseIndex;
  readonly bySource: ReverseIndex;
  readonly secretsByOwner: ReverseIndex;
}

/** Turns events of the caches into keys of ExternalSecrets to reconcile. */
export function watchExternalSecrets(caches: ExternalSecretCaches, memory: SyncMemory, enqueue: (key: ObjectKey) => void): Watching {
  const indexes: Indexes = { byStore: new ReverseIndex(), byTarget: new ReverseIndex(), byNamespace: new ReverseIndex(), bySource: new ReverseIndex(), secretsByOwner: new ReverseIndex() };
  const enqueueAll = (keys: Iterable<string>): void => {
    for (const key of keys) enqueue(parseKey(key));
  };
  const stops = [
    // Secrets first, so that what is already there is known when the ExternalSecrets are reported
    ...watchSecrets(caches, memory, indexes, enqueueAll),
    watchDeclarations(caches, memory, indexes, enqueue),
    caches.namespaces.subscribe(({ key, current, previous }) => {
      if (!isDeepStrictEqual(current, previous)) enqueueAll(indexes.byNamespace.itemsOf(key.name));
    }),
    ...watchStores(caches, indexes, enqueueAll),
  ];
  return {
    ownedBy: (uid) => [...indexes.secretsByOwner.itemsOf(uid)].map(parseKey),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

type Stop = () => void;

function watchDeclarations({ externalSecrets }: ExternalSecretCaches, memory: SyncMemory, { byStore, byTarget, byNamespace, bySource }: Indexes, enqueue: (key: ObjectKey) => void): Stop {
  return externalSecrets.subscribe(({ key, current, previous }) => {
    const id = formatKey(key);
    if (previous !== undefined && previous.metadata.uid !== current?.metadata.uid) memory.forget(previous.metadata.uid ?? '');
    byStore.set(id, current === undefined ? [] : storesOf(current));
    byTarget.set(id, current?.parsed.ok === true ? [formatKey(targetKey(current.parsed.value))] : []);
    bySource.set(id, current?.parsed.ok === true ? sourceTerms(current.parsed.value) : []);
    byNamespace.set(id, current === undefined ? [] : [key.namespace ?? '']);
    if (current !== undefined && (previous === undefined || hasNews(previous.metadata, current.metadata))) enqueue(key);
  });
}

function watchSecrets(caches: ExternalSecretCaches, memory: SyncMemory, { byTarget, bySource, secretsByOwner }: Indexes, enqueueAll: (keys: Iterable<string>) => void): readonly Stop[] {
  return [
    caches.managedSecrets.subscribe(({ key, current }) => {
      secretsByOwner.set(formatKey(key), (current?.metadata.ownerReferences ?? []).map(({ uid }) => uid));
      if (!memory.confirmWrite(key, current)) enqueueAll(byTarget.itemsOf(formatKey(key)));
    }),
    caches.secretVersions.subscribe(({ key }) => {
      // only who was refused a Secret of somebody else's waits for news about it
      const refused = [...byTarget.itemsOf(formatKey(key))].filter((id) => {
        const uid = caches.externalSecrets.get(parseKey(id))?.metadata.uid;
        return uid !== undefined && memory.isRefused(uid);
      });
      enqueueAll(refused);
      enqueueAll(bySource.itemsOf(sourceTerm('Secret', key)));
    }),
    caches.configMapVersions.subscribe(({ key }) => enqueueAll(bySource.itemsOf(sourceTerm('ConfigMap', key)))),
  ];
}

function watchStores({ secretStores, clusterSecretStores }: ExternalSecretCaches, { byStore }: Indexes, enqueueAll: (keys: Iterable<string>) => void): readonly Stop[] {
  const watch = (kind: StoreKind, stores: ExternalSecretCaches['secretStores']): Stop =>
    stores.subscribe(({ key, current, previous }) => {
      if (storeState(current) !== storeState(previous)) enqueueAll(byStore.itemsOf(storeId(kind, key)));
    });
  return [watch('SecretStore', secretStores), watch('ClusterSecretStore', clusterSecretStores)];
}

/** Statuses are ours, or nobody's business: what counts is what somebody asks for. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, labels, annotations, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, labels, annotations, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}

function storesOf({ metadata, parsed }: ExternalSecretEntry): readonly string[] {
  if (!parsed.ok) return [];
  const { kind, name } = parsed.value.spec.secretStoreRef;
  return [storeId(kind, kind === 'SecretStore' ? { namespace: metadata.namespace ?? '', name } : { name })];
}

function storeId(kind: StoreKind, key: ObjectKey): string {
  return `${kind} ${formatKey(key)}`;
}

/** As much of a store as its ExternalSecrets depend on, as one comparable text. */
function storeState(entry: StoreEntry | undefined): string {
  if (entry === undefined) return 'absent';
  const { metadata, parsed } = entry;
  const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
  return JSON.stringify([metadata.uid, metadata.generation, ready?.status, ready?.message, ready?.observedGeneration]);
}

