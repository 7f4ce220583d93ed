import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { formatKey, parseKey } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import { parseSecretStore } from '../../api/secret-store.ts';
import { managedLabel } from '../../api/names.ts';
import type { InformerOptions } from '../../kube/informer.ts';
import { objectVersion } from '../../kube/object-version.ts';
import { clusterSecretStoreType, configMapType, externalSecretType, namespaceType, secretStoreType, secretType } from '../../kube/resource-types.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { Lane } from '../../runtime/lanes.ts';
import { liveSecret } from '../../secret/live-secret.ts';
import { generatorTerm } from '../../secret/generator-cache.ts';
import { generatorsOf, storesOf } from '../../secret/references.ts';
import { namespaceFacts } from '../../secret/store-access.ts';
import { CredentialIndex } from './credential-index.ts';
import type { ExternalSecretCaches, ExternalSecretInformers } from './observe.ts';
import { externalSecretEntry, targetKey } from './observe.ts';
import type { SyncMemory } from './sync-memory.ts';
import { sourceTerm, sourceTerms } from './template-sources.ts';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import { RemoteKeyIndex } from './remote-key-index.ts';
import { type PlaceOfConfig, placeOfStore, watchRemoteKeys } from './watch-remote-keys.ts';
import { type CredentialReaders, credentialsOf, type StoreIndexes, storeTerms, watchCredentials, watchStores } from './watch-stores.ts';

/** What each cache of this controller watches, and what it keeps. */
export const externalSecretInformers: { readonly [Name in keyof ExternalSecretInformers]: InformerOptions<NonNullable<ReturnType<ExternalSecretInformers[Name]['get']>>> } = {
  externalSecrets: { type: externalSecretType, selection: {}, project: externalSecretEntry },
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
  /** The ExternalSecrets that a change at a provider may concern. */
  readonly concernedBy: (notice: ChangeNotice) => Iterable<ObjectKey>;
  /** Stops listening. */
  readonly stop: () => void;
}

export interface WatchOptions extends CredentialReaders {
  readonly caches: ExternalSecretCaches;
  readonly memory: SyncMemory;
  /** Where stores' values live; absent: nobody tells of changes there, and no account is kept of who reads what. */
  readonly placeOf?: PlaceOfConfig;
}

/** Which ExternalSecrets have to do with what. */
interface Indexes extends StoreIndexes {
  readonly byTarget: ReverseIndex;
  readonly byNamespace: ReverseIndex;
  readonly bySource: ReverseIndex;
  readonly byGenerator: ReverseIndex;
  readonly secretsByOwner: ReverseIndex;
}

/** Asks for a look at an ExternalSecret. */
/** `isNews`: false where what it was due for can go on now. */
type Enqueue = (key: ObjectKey, lane: Lane, isNews?: boolean) => void;

/**
 * Turns events of the caches into keys of ExternalSecrets to reconcile. What is about one of them goes before what is about all that
 * depend on something, so that an object somebody has just made does not wait behind thousands that share a store.
 */
export function watchExternalSecrets({ caches, memory, reader, runner, placeOf }: WatchOptions, enqueue: Enqueue): Watching {
  const byRemoteKey = placeOf === undefined ? undefined : new RemoteKeyIndex((store) => placeOfStore(store, caches, placeOf));
  const indexes: Indexes = {
    byStore: new ReverseIndex(),
    byTarget: new ReverseIndex(),
    byNamespace: new ReverseIndex(),
    bySource: new ReverseIndex(),
    byGenerator: new ReverseIndex(),
    byCredential: new CredentialIndex((usage) => credentialsOf(usage, caches, { reader, runner })),
    secretsByOwner: new ReverseIndex(),
  };
  const enqueueAll = (keys: Iterable<string>, isNews = true): void => {
    for (const key of keys) enqueue(parseKey(key), 'start', isNews);
  };
  const stops = [
    // Secrets first, so that what is already there is known when the ExternalSecrets are reported
    ...watchSecrets(caches, memory, indexes, { enqueue, enqueueAll }),
    watchDeclarations(caches, memory, indexes, enqueue),
    caches.namespaces.subscribe(({ key, current, previous }) => {
      if (!isDeepStrictEqual(current, previous)) enqueueAll(indexes.byNamespace.itemsOf(key.name));
    }),
    ...(byRemoteKey === undefined ? [] : watchRemoteKeys(caches, indexes, byRemoteKey)),
    ...watchStores(caches, indexes, enqueueAll),
    ...watchCredentials(caches, memory, indexes, enqueueAll),
    caches.generators.subscribe((term) => {
      indexes.byCredential.refresh(term);
      enqueueAll(indexes.byGenerator.itemsOf(term));
    }),
  ];
  return {
    ownedBy: (uid) => [...indexes.secretsByOwner.itemsOf(uid)].map(parseKey),
    concernedBy: (notice) => [...(byRemoteKey?.concernedBy(notice) ?? [])].map(parseKey),
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

type Stop = () => void;

function watchDeclarations({ externalSecrets }: ExternalSecretCaches, memory: SyncMemory, { byStore, byTarget, byNamespace, bySource, byGenerator, byCredential }: Indexes, enqueue: Enqueue): Stop {
  return externalSecrets.subscribe(({ key, current, previous }) => {
    const id = formatKey(key);
    if (previous !== undefined && previous.metadata.uid !== current?.metadata.uid) memory.forget(previous.metadata.uid ?? '');
    byStore.set(id, current === undefined ? [] : storeTerms(current));
    byTarget.set(id, current?.parsed.ok === true ? [formatKey(targetKey(current.parsed.value))] : []);
    bySource.set(id, current?.parsed.ok === true ? sourceTerms(current.parsed.value) : []);
    byGenerator.set(id, current?.parsed.ok === true ? generatorsOf(current.parsed.value.spec).map((generator) => generatorTerm(generator, key.namespace ?? '')) : []);
    byCredential.set(id, current?.parsed.ok === true ? [...storesOf(current.parsed.value.spec), ...generatorsOf(current.parsed.value.spec)].map((source) => ({ ...source, namespace: key.namespace ?? '' })) : []);
    byNamespace.set(id, current === undefined ? [] : [key.namespace ?? '']);
    if (current !== undefined && (previous === undefined || hasNews(previous.metadata, current.metadata))) enqueue(key, 'edit');
  });
}

function watchSecrets(
  caches: ExternalSecretCaches,
  memory: SyncMemory,
  { byTarget, bySource, secretsByOwner }: Indexes,
  { enqueue, enqueueAll }: { readonly enqueue: Enqueue; readonly enqueueAll: (keys: Iterable<string>) => void },
): readonly Stop[] {
  const enqueueMakers = (ids: Iterable<string>): void => {
    for (const id of ids) enqueue(parseKey(id), 'edit');
  };
  return [
    caches.managedSecrets.subscribe(({ key, current }) => {
      secretsByOwner.set(formatKey(key), (current?.metadata.ownerReferences ?? []).map(({ uid }) => uid));
      if (!memory.confirmWrite(key, current)) enqueueMakers(byTarget.itemsOf(formatKey(key)));
    }),
    caches.secretVersions.subscribe(({ key }) => {
      // only who was refused a Secret of somebody else's, or has none to merge into, waits for news about it
      const awaiting = [...byTarget.itemsOf(formatKey(key))].filter((id) => {
        const uid = caches.externalSecrets.get(parseKey(id))?.metadata.uid;
        return uid !== undefined && memory.awaitsTarget(uid);
      });
      enqueueMakers(awaiting);
      enqueueAll(bySource.itemsOf(sourceTerm('Secret', key)));
    }),
    caches.configMapVersions.subscribe(({ key }) => enqueueAll(bySource.itemsOf(sourceTerm('ConfigMap', key)))),
  ];
}

/** Statuses are ours, or nobody's business: what counts is what somebody asks for. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, labels, annotations, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, labels, annotations, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}
