import type { KubeObject } from '../../api/object.ts';
import { runtimeKinds, runtimeProducts } from '../../gitops/plan/declare/runtime-products.ts';
import { readNeeds } from '../../gitops/plan/needs/needs.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { apiVersionOf, cronJobType, daemonSetType, deploymentType, ingressType, jobType, podType, serviceAccountType, statefulSetType } from '../../kube/resource-types.ts';
import type { ConsumerFacts } from './explanation.ts';

/** Those that may name a Secret. A pod whose controller is among them is told once, by its controller. */
const kinds: readonly ResourceType[] = [deploymentType, statefulSetType, daemonSetType, cronJobType, jobType, podType, serviceAccountType, ingressType];
const controllers: ReadonlySet<string> = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);

export interface SecretConsumers {
  readonly consumers: readonly ConsumerFacts[];
  /** What makes it as it runs, e.g. `Certificate team/tls`. */
  readonly runtimeMakers: readonly string[];
  /** Kinds that may not be listed, in words. */
  readonly unknown: readonly string[];
}

/** The custom kinds that make Secrets and that the cluster serves. */
async function servedMakers(cluster: Cluster, signal: AbortSignal): Promise<readonly ResourceType[]> {
  const discovery = await cluster.discover(signal);
  const types = discovery.apiVersions().flatMap((entry) => {
    const [group = '', version = '', kind] = entry.split('/');
    return kind !== undefined && runtimeKinds.includes(`${group}/${kind}`) ? (discovery.find(`${group}/${version}`, kind) ?? []) : [];
  });
  return [...new Map(types.map((type) => [`${type.group}/${type.kind}`, type])).values()];
}

/**
 * Who in the Secret's namespace cannot run without it, and what makes it as it runs, as `plan` would tell it from their manifests.
 * @throws KubeError
 */
export async function secretConsumers(cluster: Cluster, { namespace, name }: { readonly namespace: string; readonly name: string }, signal: AbortSignal): Promise<SecretConsumers> {
  const objects: KubeObject[] = [];
  const unknown: string[] = [];
  for (const type of [...kinds, ...(await servedMakers(cluster, signal))]) {
    try {
      for await (const { items } of cluster.pages(type, { namespace }, signal)) {
        for (const item of items) if (!isControlled(item)) objects.push({ ...item, apiVersion: apiVersionOf(type), kind: type.kind });
      }
    } catch (error) {
      if (!isKubeError(error, 'denied')) throw error;
      unknown.push(`consumers of kind ${type.kind}: ${error.message}`);
    }
  }
  const rendered = objects.map((object) => ({ object, origin: { file: '', line: 0 }, taint: [] }));
  const needs = readNeeds(rendered, []).filter((need) => need.secret === name && need.namespace === namespace);
  const consumers = needs.flatMap(({ key, consumers: found }) => found.map(({ kind, name: consumer, path }) => ({ kind, name: consumer, ...(key === undefined ? {} : { key }), path })));
  const makers = objects.filter((object) => runtimeProducts(object).some((made) => made.secret === name && (made.namespace ?? namespace) === namespace));
  const runtimeMakers = makers.map(({ kind, metadata }) => `${kind} ${namespace}/${metadata.name}`).toSorted();
  return { runtimeMakers, consumers: consumers.toSorted((a, b) => (`${a.kind}/${a.name}` < `${b.kind}/${b.name}` ? -1 : 1)), unknown };
}

function isControlled({ metadata }: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ controller, kind }) => controller === true && controllers.has(kind)) === true;
}
