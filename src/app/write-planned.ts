import { formatKey, type KubeObject, keyOf } from '../api/object.ts';
import { ownerReference } from '../controllers/application-set/owner.ts';
import type { RepositoryPlan } from '../gitops/plan/planned-application.ts';
import type { Cluster } from '../kube/port.ts';
import { applicationSetType } from '../kube/resource-types.ts';
import { ensureNamespace, upFieldManager, writeApplications } from './write-applications.ts';

/**
 * Writes what a plan is about into the cluster: ApplicationSets first, so that the Applications that they render belong to them, as if the controller
 * had made these; it goes on from there.
 * @returns the namespaces that were made
 */
export async function writePlanned(cluster: Cluster, { applications, sets }: Pick<RepositoryPlan, 'applications' | 'sets'>, signal: AbortSignal): Promise<readonly string[]> {
  const made: string[] = [];
  const written = new Map<string, KubeObject>();
  for (const { object } of sets) {
    const { namespace } = object.metadata;
    if (namespace !== undefined && (await ensureNamespace(cluster, namespace, signal))) made.push(namespace);
    written.set(formatKey(keyOf(object)), await cluster.apply(applicationSetType, object, { fieldManager: upFieldManager, force: true }, signal));
  }
  const objects = applications.map(({ object, generatedBy }) => {
    const owner = generatedBy === undefined ? undefined : written.get(formatKey(keyOf(generatedBy.object)));
    return owner === undefined ? object : { ...object, metadata: { ...object.metadata, ownerReferences: [ownerReference(owner.metadata)] } };
  });
  return [...made, ...(await writeApplications(cluster, objects, signal))];
}
