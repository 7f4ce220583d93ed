import type { Cluster, ResourceType } from '../../kube/port.ts';
import { deploymentType, statefulSetType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { createJointWork } from '../../lib/joint-work.ts';
import { numberAt } from '../../gitops/health/live-field.ts';

/** How long an answer is believed, in milliseconds. */
const believed = 60_000;

/** By this label Argo CD's manifests and its chart tell the controller, which runs as a StatefulSet, or as a Deployment. */
const label = 'app.kubernetes.io/name';

async function runs(cluster: Cluster, type: ResourceType, controller: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<boolean> {
  const { namespace, name } = controller;
  for await (const page of cluster.pages(type, { namespace, labelSelector: `${label}=${name}` }, signal)) {
    if (page.items.some((workload) => (numberAt(workload, 'spec', 'replicas') ?? 1) > 0)) return true;
  }
  return false;
}

/** Whether a controller of Argo CD's runs in a namespace: that of Applications, unless told. Asked at most once a minute per namespace. */
export function createArgoPresence(cluster: Cluster, clock: Clock, name = 'argocd-application-controller'): (namespace: string, signal: AbortSignal) => Promise<boolean> {
  const answers = new Map<string, { readonly at: number; readonly present: boolean }>();
  const asking = createJointWork<boolean>();
  return async (namespace, signal) => {
    const known = answers.get(namespace);
    if (known !== undefined && clock.monotonic() - known.at < believed) return known.present;
    const ask = async (ending: AbortSignal): Promise<boolean> => {
      const present = (await runs(cluster, statefulSetType, { namespace, name }, ending)) || (await runs(cluster, deploymentType, { namespace, name }, ending));
      answers.set(namespace, { at: clock.monotonic(), present });
      return present;
    };
    // many Applications want to know at the same time
    return asking.run(namespace, ask, signal);
  };
}
