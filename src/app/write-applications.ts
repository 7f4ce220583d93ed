import { defaultApplicationNamespace } from '../api/application.ts';
import type { KubeObject } from '../api/object.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { Cluster } from '../kube/port.ts';
import { applicationType, namespaceType } from '../kube/resource-types.ts';

/** Of what `up` writes. */
export const upFieldManager = 'prelude-up';

/**
 * Writes Applications into the cluster, where the controllers take them from; makes the namespaces they live in.
 * @returns the namespaces that were made
 */
export async function writeApplications(cluster: Cluster, objects: readonly KubeObject[], signal: AbortSignal): Promise<readonly string[]> {
  const homes = new Set(objects.map((object) => object.metadata.namespace ?? defaultApplicationNamespace));
  const made: string[] = [];
  for (const name of homes) if (await ensureNamespace(cluster, name, signal)) made.push(name);
  for (const object of objects) await cluster.apply(applicationType, object, { fieldManager: upFieldManager, force: true }, signal);
  return made;
}

/** @returns whether it had to be made */
export async function ensureNamespace(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  if ((await cluster.get(namespaceType, { name }, signal, { metadataOnly: true })) !== undefined) return false;
  try {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: upFieldManager }, signal);
    return true;
  } catch (error) {
    if (isKubeError(error, 'exists')) return false;
    throw error;
  }
}
