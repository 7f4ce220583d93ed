import { isDeepStrictEqual } from 'node:util';
import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { InformerOptions } from '../../kube/informer.ts';
import { sealedSecretType, secretType } from '../../kube/resource-types.ts';
import type { Lane } from '../../runtime/lanes.ts';
import { type SealedSecretEntry, sealedSecretEntry, type ObserveOptions, type TargetHead, targetHead } from './observe.ts';

/** What each cache of this controller watches, and what it keeps. */
export const sealedSecretInformers: { readonly sealedSecrets: InformerOptions<SealedSecretEntry>; readonly targets: InformerOptions<TargetHead> } = {
  sealedSecrets: { type: sealedSecretType, selection: {}, project: sealedSecretEntry },
  targets: { type: secretType, selection: { metadataOnly: true }, project: targetHead },
};

/** Turns events of the caches, and changes of the keys, into keys of SealedSecrets to look at. Answers how to stop. */
export function watchSealedSecrets({ caches, keys, memory }: ObserveOptions, enqueue: (key: ObjectKey, lane: Lane) => void): () => void {
  const stops = [
    caches.targets.subscribe(({ key, current }) => {
      const entry = caches.sealedSecrets.get(key);
      // the echo of our own write is no news
      if (entry !== undefined && (current === undefined || memory.record(entry.metadata.uid ?? '')?.secret !== current.version)) enqueue(key, 'edit');
    }),
    caches.sealedSecrets.subscribe(({ key, current, previous }) => {
      if (previous !== undefined && previous.metadata.uid !== current?.metadata.uid) memory.forget(previous.metadata.uid ?? '');
      if (current !== undefined && (previous === undefined || hasNews(previous.metadata, current.metadata))) enqueue(key, 'edit');
    }),
    keys.subscribe(() => {
      const active = new Set(keys.ring().keys.map(({ certificate }) => certificate.fingerprint));
      for (const entry of caches.sealedSecrets.values()) if (isConcerned(entry, active)) enqueue(keyOf(entry), 'edit');
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };

  /** Whom a new key may help, and whose key is gone. */
  function isConcerned({ metadata: { uid = '' } }: SealedSecretEntry, active: ReadonlySet<string>): boolean {
    return memory.outcome(uid) !== 'synced' || memory.record(uid)?.keys.every((fingerprint) => active.has(fingerprint)) !== true;
  }
}

/** Statuses are ours, or nobody's business. */
function hasNews(previous: ObjectMeta, current: ObjectMeta): boolean {
  const asked = ({ uid, generation, annotations, deletionTimestamp }: ObjectMeta): unknown => [uid, generation, annotations, deletionTimestamp];
  return !isDeepStrictEqual(asked(previous), asked(current));
}
