import type { Cluster, ResourceType } from '../../kube/port.ts';
import { deploymentType, statefulSetType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { numberAt } from '../../gitops/health/live-field.ts';

/** How long an answer is believed, in milliseconds. */
const believed = 60_000;

/** The label that Argo CD's manifests and its chart give the controller; it runs as a StatefulSet, or as a Deployment. */
const labelSelector = 'app.kubernetes.io/name=argocd-application-controller';

async function runs(cluster: Cluster, type: ResourceType, namespace: string, signal: AbortSignal): Promise<boolean> {
  for await (const page of cluster.pages(type, { namespace, labelSelector }, signal)) {
    if (page.items.some((workload) => (numberAt(workload, 'spec', 'replicas') ?? 1) > 0)) return true;
  }
  return false;
}

/** Whether an Argo CD application controller runs in a namespace. Asked at most once a minute per namespace. */
export function createArgoPresence(cluster: Cluster, clock: Clock): (namespace: string, signal: AbortSignal) => Promise<boolean> {
  const answers = new Map<string, { readonly at: number; readonly present: boolean }>();
  return async (namespace, signal) => {
    const known = answers.get(namespace);
    if (known !== undefined && clock.monotonic() - known.at < believed) return known.present;
    const present = (await runs(cluster, statefulSetType, namespace, signal)) || (await runs(cluster, deploymentType, namespace, signal));
    answers.set(namespace, { at: clock.monotonic(), present });
    return present;
  };
}
