import { storeFinalizer, statusFieldManager } from '../../api/names.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { servesStore } from '../../secret/store-access.ts';
import type { StoreEntry } from './decide.ts';

export type FinalizerChange = 'add' | 'remove';

/** How often a change begins anew because another wrote in between. */
const mostTries = 4;

/**
 * What is to become of a store's finalizer. It is there while a PushSecret has to remove something through the store some day; one
 * that External Secrets has left, or that nobody needs any more, is taken away, so that no store hangs in its deletion.
 * @param isHeld whether a PushSecret needs the store
 * @param mayRelease false where not every PushSecret is seen: then none is taken away
 */
export function finalizerChange({ metadata, parsed }: StoreEntry, controllerClass: string, isHeld: boolean, mayRelease = true): FinalizerChange | undefined {
  if (parsed.ok && !servesStore(controllerClass, parsed.value)) return undefined;
  const isThere = metadata.finalizers?.includes(storeFinalizer) === true;
  if (isThere) return isHeld || !mayRelease ? undefined : 'remove';
  // nothing can be added to what is on its way out
  return isHeld && metadata.deletionTimestamp === undefined ? 'add' : undefined;
}

/**
 * Changes the finalizers of a store, and nothing else of it. Does nothing where the store is gone, or another one by now.
 * @throws KubeError
 */
export async function amendFinalizer(cluster: Pick<Cluster, 'get' | 'update'>, type: ResourceType, { metadata, change }: { readonly metadata: ObjectMeta; readonly change: FinalizerChange }, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const live = await cluster.get(type, keyOf({ metadata }), signal);
    if (live === undefined || live.metadata.uid !== metadata.uid) return;
    const finalizers = amended(live, change);
    if (finalizers === undefined) return;
    try {
      await cluster.update(type, { ...live, metadata: { ...live.metadata, finalizers } }, { fieldManager: statusFieldManager }, signal);
      return;
    } catch (error) {
      if (isKubeError(error, 'absent')) return;
      if (tries === mostTries || !isKubeError(error, 'conflict')) throw error;
    }
  }
}

function amended({ metadata: { finalizers = [], deletionTimestamp } }: KubeObject, change: FinalizerChange): readonly string[] | undefined {
  const isThere = finalizers.includes(storeFinalizer);
  if (change === 'remove') return isThere ? finalizers.filter((name) => name !== storeFinalizer) : undefined;
  return isThere || deletionTimestamp !== undefined ? undefined : [...finalizers, storeFinalizer];
}
