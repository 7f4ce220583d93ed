import { isKubeError } from '../kube/kube-error.ts';
import type { KubeObject, ObjectKey } from '../api/object.ts';
import type { Cluster } from '../kube/port.ts';
import { applicationType, namespaceType } from '../kube/resource-types.ts';

const fieldManager = 'prelude-up';

/** An Application as it came out of the cluster's hands, and what was done to it. */
export interface WrittenApplication {
  readonly key: Required<ObjectKey>;
  readonly uid: string;
}

/**
 * Writes Applications into the cluster, where the controllers take them from; makes the namespaces they live in.
 * @returns the namespaces that were made, and the Applications
 */
export async function writeApplications(cluster: Cluster, objects: readonly KubeObject[], signal: AbortSignal): Promise<{ readonly namespaces: readonly string[]; readonly applications: readonly WrittenApplication[] }> {
  const homes = new Set(objects.map((object) => object.metadata.namespace ?? ''));
  const namespaces: string[] = [];
  for (const name of homes) if (await ensureNamespace(cluster, name, signal)) namespaces.push(name);
  const applications: WrittenApplication[] = [];
  for (const object of objects) {
    const { metadata } = await cluster.apply(applicationType, object, { fieldManager, force: true }, signal);
    applications.push({ key: { namespace: metadata.namespace ?? '', name: metadata.name }, uid: metadata.uid ?? '' });
  }
  return { namespaces, applications };
}

/** @returns whether it had to be made */
async function ensureNamespace(cluster: Cluster, name: string, signal: AbortSignal): Promise<boolean> {
  if ((await cluster.get(namespaceType, { name }, signal, { metadataOnly: true })) !== undefined) return false;
  try {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager }, signal);
    return true;
  } catch (error) {
    if (isKubeError(error, 'exists')) return false;
    throw error;
  }
}
