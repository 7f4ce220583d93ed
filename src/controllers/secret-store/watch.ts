import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { formatKey, parseKey } from '../../api/object.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import type { Informer } from '../../kube/informer.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { NamedCredential, StoreReader } from '../../provider/store-reader.ts';
import type { StoreHolds } from '../../secret/push/store-holds.ts';
import { storeHandle } from '../../secret/store-handle.ts';
import type { StoreEntry } from './decide.ts';

/** The live views a store controller works from. */
export interface StoreCaches {
  readonly stores: Informer<StoreEntry>;
  /** All Secrets: what changes whenever one does. */
  readonly secretVersions: Informer<unknown>;
  /** The same of ConfigMaps. */
  readonly configMapVersions: Informer<unknown>;
}

/** What a store controller listens to, and whom it tells. */
export interface StoreWatch {
  readonly kind: StoreKind;
  readonly caches: StoreCaches;
  readonly reader: Pick<StoreReader, 'credentials'>;
  readonly holds: Pick<StoreHolds, 'subscribe'>;
  readonly enqueue: (key: ObjectKey) => void;
}

/** Turns events of stores, of what holds their credentials, and of who needs them into keys to reconcile. Answers how to stop. */
export function watchStores({ kind, caches, reader, holds, enqueue }: StoreWatch): () => void {
  const { stores, secretVersions, configMapVersions } = caches;
  const byCredential = new ReverseIndex();
  const enqueueUsersOf = (kindOfObject: NamedCredential['kind']) => (change: { readonly key: ObjectKey }) => {
    for (const store of byCredential.itemsOf(term(kindOfObject, change.key))) enqueue(parseKey(store));
  };
  const stops = [
    stores.subscribe(({ key, current, previous }) => {
      if (previous !== undefined && current !== undefined && !hasNews(previous.metadata, current.metadata)) return;
      byCredential.set(formatKey(key), current === undefined ? [] : credentialsOf(current, reader));
      if (current !== undefined) enqueue(key);
    }),
    secretVersions.subscribe(enqueueUsersOf('Secret')),
    configMapVersions.subscribe(enqueueUsersOf('ConfigMap')),
    holds.subscribe((kindOfStore, key) => {
      if (kindOfStore === kind) enqueue(key);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Our own status writes are no news. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, labels, annotations, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, labels, annotations, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}

function credentialsOf({ parsed }: StoreEntry, reader: Pick<StoreReader, 'credentials'>): readonly string[] {
  return parsed.ok ? reader.credentials(storeHandle(parsed.value)).map((credential) => term(credential.kind, credential)) : [];
}

function term(kind: NamedCredential['kind'], { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace ?? ''}/${name}`;
}
