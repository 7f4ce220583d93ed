import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { formatKey, parseKey } from '../../api/object.ts';
import type { Informer } from '../../kube/informer.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import { storeHandle } from '../../secret/store-handle.ts';
import type { StoreEntry } from './decide.ts';

/** The live views a store controller works from. */
export interface StoreCaches {
  readonly stores: Informer<StoreEntry>;
  /** All Secrets: what changes whenever one does. */
  readonly secretVersions: Informer<unknown>;
}

/** Turns events of stores, and of the Secrets that hold their credentials, into keys to reconcile. Answers how to stop. */
export function watchStores({ stores, secretVersions }: StoreCaches, reader: Pick<StoreReader, 'credentials'>, enqueue: (key: ObjectKey) => void): () => void {
  const byCredential = new ReverseIndex();
  const stops = [
    stores.subscribe(({ key, current, previous }) => {
      if (previous !== undefined && current !== undefined && !hasNews(previous.metadata, current.metadata)) return;
      byCredential.set(formatKey(key), current === undefined ? [] : credentialsOf(current, reader));
      if (current !== undefined) enqueue(key);
    }),
    secretVersions.subscribe(({ key }) => {
      for (const store of byCredential.itemsOf(formatKey(key))) enqueue(parseKey(store));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Our own status writes are no news. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, annotations, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, annotations, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}

function credentialsOf({ parsed }: StoreEntry, reader: Pick<StoreReader, 'credentials'>): readonly string[] {
  return parsed.ok ? reader.credentials(storeHandle(parsed.value)).map(formatKey) : [];
}
