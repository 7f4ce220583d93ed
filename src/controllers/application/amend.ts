import { keyOf } from '../../api/object.ts';
import type { KubeObject, ObjectMeta } from '../../api/object.ts';
import { fieldManager } from '../../gitops/apply/sync-run.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';

/** Undefined where nothing needs to change. */
export type Amendment = (metadata: ObjectMeta) => ObjectMeta | undefined;

/**
 * Changes metadata of an Application: reads it anew, and writes under the resourceVersion that was read. Does nothing where the
 * object is gone, or another one by now, or needs no change.
 * @returns the Application as it was written; undefined where it was not
 */
export async function amendMetadata(cluster: Cluster, application: KubeObject, change: Amendment, signal: AbortSignal): Promise<KubeObject | undefined> {
  const live = await cluster.get(applicationType, keyOf(application), signal);
  if (live === undefined || live.metadata.uid !== application.metadata.uid) return undefined;
  const metadata = change(live.metadata);
  if (metadata === undefined) return undefined;
  try {
    return await cluster.update(applicationType, { ...live, metadata }, { fieldManager }, signal);
  } catch (error) {
    if (!isKubeError(error, 'absent')) throw error;
    return undefined;
  }
}

/** Takes an annotation away. */
export function withoutAnnotation(name: string): Amendment {
  return (metadata) => {
    if (metadata.annotations?.[name] === undefined) return undefined;
    const { [name]: _removed, ...annotations } = metadata.annotations;
    return { ...metadata, annotations };
  };
}

/** Takes finalizers away. */
export function withoutFinalizers(remove: (name: string) => boolean): Amendment {
  return (metadata) => {
    const finalizers = metadata.finalizers ?? [];
    const kept = finalizers.filter((name) => !remove(name));
    return kept.length === finalizers.length ? undefined : { ...metadata, finalizers: kept };
  };
}
