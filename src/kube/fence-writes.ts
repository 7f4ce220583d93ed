import { interceptWrites } from './intercept-writes.ts';
import { KubeError } from './kube-error.ts';
import type { Cluster } from './port.ts';
import { eventType } from './resource-types.ts';

/**
 * The same cluster for one of several processes, of which one at a time may write. Kubernetes has no token that the API server would check, so
 * it is checked here, before each write begins: what is under way when the right is lost either carries a resourceVersion or says the same
 * as whoever leads next would say.
 */
export function fenceWrites(cluster: Cluster, mayWrite: () => boolean): Cluster {
  return interceptWrites(cluster, async ({ verb, type, key, isDry }, send) => {
    // Events tell of what was done, and the last ones go out when all else has ended
    if (isDry || mayWrite() || type.kind === eventType.kind) return send();
    throw new KubeError('unavailable', `${verb} ${type.plural} ${key.namespace === undefined ? '' : `${key.namespace}/`}${key.name}: this process does not lead, and writes nothing`);
  });
}
