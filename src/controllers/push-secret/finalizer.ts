import { pushSecretFinalizer, statusFieldManager } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { pushSecretType } from '../../kube/resource-types.ts';
import type { PushSecretEntry } from './caches.ts';

/**
 * Puts our finalizer on a PushSecret or takes it off, under the resourceVersion that was read just before. Does nothing where the object is
 * gone, or another one by now, or as it should be. On one that is being deleted none is put.
 * @throws KubeError
 */
export async function changeFinalizer(entry: PushSecretEntry, change: 'add' | 'remove', cluster: Pick<Cluster, 'get' | 'update'>, signal: AbortSignal): Promise<void> {
  const live = await cluster.get(pushSecretType, keyOf(entry), signal);
  if (live === undefined || live.metadata.uid !== entry.metadata.uid) return;
  const others = (live.metadata.finalizers ?? []).filter((name) => name !== pushSecretFinalizer);
  const isThere = others.length !== (live.metadata.finalizers ?? []).length;
  if (isThere === (change === 'add') || (change === 'add' && live.metadata.deletionTimestamp !== undefined)) return;
  const finalizers = change === 'add' ? [...others, pushSecretFinalizer] : others;
  try {
    await cluster.update(pushSecretType, { ...live, metadata: { ...live.metadata, finalizers } }, { fieldManager: statusFieldManager }, signal);
  } catch (error) {
    if (!isKubeError(error, 'absent')) throw error;
  }
}
