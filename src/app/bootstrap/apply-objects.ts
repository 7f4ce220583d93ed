import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { BootstrapError } from './bootstrap-error.ts';
import { type BootstrapProgress, bootstrapFieldManager } from './bootstrap-options.ts';

/**
 * Applies objects one after the other, so that each finds what it refers to. What others own is not taken from them.
 * @throws BootstrapError where somebody else keeps one; KubeError
 */
export async function applyObjects(cluster: Cluster, objects: readonly KubeObject[], progress: BootstrapProgress, signal: AbortSignal): Promise<void> {
  const served = await cluster.discover(signal);
  for (const object of objects) {
    const { apiVersion, kind } = object;
    const what = `${kind} ${formatKey(keyOf(object))}`;
    const type = served.find(apiVersion, kind);
    if (type === undefined) throw new BootstrapError(`${what}: the API server does not serve ${kind} of ${apiVersion}`);
    const before = await cluster.get(type, keyOf(object), signal, { metadataOnly: true });
    try {
      const after = await cluster.apply(type, object, { fieldManager: bootstrapFieldManager }, signal);
      if (after.metadata.resourceVersion !== before?.metadata.resourceVersion) progress.done(`${what} ${before === undefined ? 'created' : 'configured'}`);
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
      throw new BootstrapError(`${what} is kept by somebody else, and differs: ${error.message}. Change the controller there (Helm, Git) and pass --skip-controller, or give the same values`);
    }
  }
}
