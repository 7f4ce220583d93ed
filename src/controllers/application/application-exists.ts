import { applicationOf } from '../../gitops/apply/object/tracking.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';

export interface Tracked {
  /** The name in tracking annotations. */
  readonly instance: string;
  readonly controlNamespace: string;
}

/** Whether the Application that objects are tracked by is still there. */
export async function applicationExists(cluster: Cluster, tracked: Tracked, signal: AbortSignal): Promise<boolean> {
  const key = applicationOf(tracked.instance, tracked.controlNamespace);
  return (await cluster.get(applicationType, key, signal, { metadataOnly: true })) !== undefined;
}
