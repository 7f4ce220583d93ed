import { defaultApplicationNamespace, parseApplicationStatus } from '../../api/application.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { applicationOf, trackedBy } from '../../gitops/apply/object/tracking.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { GitFacts } from './explanation.ts';

/**
 * The Application whose tracking annotation an object bears, and the commit it is at.
 * @returns undefined where none tracks it
 * @throws KubeError
 */
export async function gitOrigin(cluster: Cluster, object: KubeObject, signal: AbortSignal): Promise<GitFacts | undefined> {
  const instance = trackedBy(object);
  if (instance === undefined) return undefined;
  const key = applicationOf(instance, defaultApplicationNamespace);
  // one in its controller's namespace is tracked by its bare name, wherever that is
  const application = await (instance.includes('_') ? cluster.get(applicationType, key, signal) : findByName(cluster, key.name, signal));
  return application === undefined ? { application: formatKey(key), state: 'gone' } : factsOf(application);
}

async function findByName(cluster: Cluster, name: string, signal: AbortSignal): Promise<KubeObject | undefined> {
  let found: KubeObject | undefined;
  try {
    for await (const { items } of cluster.pages(applicationType, { fieldSelector: `metadata.name=${name}` }, signal)) {
      for (const item of items) if (found === undefined || item.metadata.namespace === defaultApplicationNamespace) found = item;
    }
  } catch (error) {
    // the kind is not served: whoever tracked it has left
    if (!isKubeError(error, 'absent')) throw error;
  }
  return found;
}

function factsOf(application: KubeObject): GitFacts {
  const { sync, history = [] } = parseApplicationStatus(application);
  const deployedAt = history.findLast(({ revision }) => revision !== undefined && revision === sync?.revision)?.deployedAt;
  const source = sync?.comparedTo?.source ?? {};
  return {
    application: formatKey(keyOf(application)),
    ...textFields({ repository: source['repoURL'], path: source['path'], revision: sync?.revision, deployedAt, state: sync?.status }),
  };
}

function textFields<K extends string>(fields: Readonly<Record<K, unknown>>): { readonly [key in K]?: string } {
  const texts: { [key in K]?: string } = {};
  for (const key in fields) {
    const value: unknown = fields[key];
    if (typeof value === 'string' && value !== '') texts[key] = value;
  }
  return texts;
}
