import type { ResourceStatus } from '../../api/application-status.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { assessHealth, hasHealthRule } from '../../gitops/health/assess-health.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster, Discovery, ResourceType } from '../../kube/port.ts';
import { apiVersionOf } from '../../kube/resource-types.ts';
import { createSemaphore } from '../../lib/semaphore.ts';

/** What the cluster has of an object, without any of its content. */
export interface LiveFacts {
  /** `unknown` where the cluster could not be asked. */
  readonly state: 'present' | 'absent' | 'unknown';
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly createdAt?: string;
  /** It is being deleted since then. */
  readonly deletedAt?: string;
  /** Why it is not healthy. */
  readonly message?: string;
}

/** What has been read; what has not is unknown. */
export interface Live {
  readonly facts: (resource: ResourceStatus) => LiveFacts;
  readonly unknown: readonly string[];
}

/** Objects that fare badly are read whole, to say why; of many alike, the first say it for all. */
const mostExplained = 25;
const concurrency = 8;

/**
 * Reads what an Application's objects are: one list of metadata for each kind and namespace, and whole only what fares badly and is no Secret.
 * @throws KubeError where the cluster cannot be asked at all
 */
export async function readLive(cluster: Cluster, resources: readonly ResourceStatus[], signal: AbortSignal): Promise<Live> {
  const discovery = await cluster.discover(signal);
  const semaphore = createSemaphore(concurrency);
  const lists = new Map(resources.flatMap((resource) => listOf(resource, discovery) ?? []).map((list) => [list.key, list]));
  const found = new Map<string, KubeObject>();
  const asked = new Set<string>();
  const unknown: string[] = [];
  const read = async ({ key, type, namespace }: Listed): Promise<void> => {
    try {
      for await (const { items } of cluster.pages(type, { metadataOnly: true, ...(namespace === undefined ? {} : { namespace }) }, signal)) for (const item of items) found.set(`${key} ${formatKey(keyOf(item))}`, item);
      asked.add(key);
    } catch (error) {
      if (!isKubeError(error, 'denied', 'absent')) throw error;
      unknown.push(`objects of kind ${type.kind}: ${error.message}`);
    }
  };
  await Promise.all([...lists.values()].map((list) => semaphore.run(() => read(list), signal)));
  const messages = await explainAiling(cluster, resources, { discovery, semaphore }, signal);
  const facts = (resource: ResourceStatus): LiveFacts => {
    const key = listOf(resource, discovery)?.key;
    if (key === undefined || !asked.has(key)) return { state: 'unknown' };
    const object = found.get(`${key} ${nameOf(resource)}`);
    return object === undefined ? { state: 'absent' } : { ...factsOf(object), ...messages(resource) };
  };
  return { facts, unknown };
}

interface Listed {
  readonly key: string;
  readonly type: ResourceType;
  readonly namespace?: string;
}

/** The list that a resource is on; undefined for a kind that is not served. */
function listOf({ group = '', version = '', kind = '', namespace }: ResourceStatus, discovery: Discovery): Listed | undefined {
  const type = discovery.find(group === '' ? version : `${group}/${version}`, kind);
  if (type === undefined) return undefined;
  return { key: `${group}/${kind}/${type.namespaced ? (namespace ?? '') : ''}`, type, ...(type.namespaced && namespace !== undefined ? { namespace } : {}) };
}

function nameOf({ namespace, name = '' }: ResourceStatus): string {
  return formatKey(namespace === undefined || namespace === '' ? { name } : { namespace, name });
}

function factsOf({ metadata: { resourceVersion, generation, creationTimestamp, deletionTimestamp } }: KubeObject): LiveFacts {
  return {
    state: 'present',
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(typeof creationTimestamp === 'string' ? { createdAt: creationTimestamp } : {}),
    ...(deletionTimestamp === undefined ? {} : { deletedAt: deletionTimestamp }),
  };
}

/** Why objects are not healthy, in the words of their own statuses. */
async function explainAiling(cluster: Cluster, resources: readonly ResourceStatus[], { discovery, semaphore }: { readonly discovery: Discovery; readonly semaphore: ReturnType<typeof createSemaphore> }, signal: AbortSignal): Promise<(resource: ResourceStatus) => { readonly message?: string }> {
  const messages = new Map<ResourceStatus, string>();
  const ailing = resources.filter(({ health }) => health?.status === 'Degraded' || health?.status === 'Progressing').slice(0, mostExplained);
  const explain = async (resource: ResourceStatus): Promise<void> => {
    const type = listOf(resource, discovery)?.type;
    const { namespace, name = '' } = resource;
    if (type === undefined || !hasHealthRule({ apiVersion: apiVersionOf(type), kind: type.kind })) return;
    try {
      const object = await cluster.get(type, namespace === undefined ? { name } : { namespace, name }, signal);
      const message = object === undefined ? '' : assessHealth({ ...object, apiVersion: apiVersionOf(type), kind: type.kind }).message;
      if (message !== '') messages.set(resource, message);
    } catch (error) {
      // that it fares badly is known without
      if (!isKubeError(error, 'denied', 'absent')) throw error;
    }
  };
  await Promise.all(ailing.map((resource) => semaphore.run(() => explain(resource), signal)));
  return (resource) => {
    const message = messages.get(resource);
    return message === undefined ? {} : { message };
  };
}
