import { withCollectionDeadline } from '../../api/generator-state.ts';
import { generatorStateFinalizer, statusFieldManager } from '../../api/names.ts';
import { keyOf } from '../../api/object.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { generatorStateType } from '../../kube/resource-types.ts';

/** The object as it should be; undefined where nothing needs to change. */
export type Amendment = (live: KubeObject) => KubeObject | undefined;

/**
 * Changes a state: reads it anew, and writes under the resourceVersion that was read. Does nothing where the object is gone, or
 * another one by now, or needs no change.
 * @throws KubeError
 */
export async function amendState(cluster: Pick<Cluster, 'get' | 'update'>, state: { readonly metadata: ObjectMeta }, amend: Amendment, signal: AbortSignal): Promise<void> {
  const live = await cluster.get(generatorStateType, keyOf(state), signal);
  if (live === undefined || live.metadata.uid !== state.metadata.uid) return;
  const amended = amend(live);
  if (amended === undefined) return;
  try {
    await cluster.update(generatorStateType, amended, { fieldManager: statusFieldManager, holdsValues: true }, signal);
  } catch (error) {
    if (!isKubeError(error, 'absent')) throw error;
  }
}

/** Keeps a state from going before what it stands for is taken back. Nothing can be added to one that is on its way out. */
export const withFinalizer: Amendment = (live) => {
  const { finalizers = [], deletionTimestamp } = live.metadata;
  if (deletionTimestamp !== undefined || finalizers.includes(generatorStateFinalizer)) return undefined;
  return { ...live, metadata: { ...live.metadata, finalizers: [...finalizers, generatorStateFinalizer] } };
};

/** Lets a state go. */
export const withoutFinalizer: Amendment = (live) => {
  const { finalizers = [] } = live.metadata;
  const kept = finalizers.filter((name) => name !== generatorStateFinalizer);
  return kept.length === finalizers.length ? undefined : { ...live, metadata: { ...live.metadata, finalizers: kept } };
};

/** Says when a state is to be taken back, where that is not said yet. @param deadline milliseconds since the epoch */
export function withDeadline(deadline: number): Amendment {
  return (live) => withCollectionDeadline(live, deadline);
}
