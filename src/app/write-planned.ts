import { formatKey, type KubeObject, keyOf } from '../api/object.ts';
import { ownerReference } from '../controllers/application-set/owner.ts';
import type { RepositoryPlan } from '../gitops/plan/planned-application.ts';
import type { Cluster } from '../kube/port.ts';
import { applicationSetType, appProjectType } from '../kube/resource-types.ts';
import { isKubeError } from '../kube/kube-error.ts';
import { ensureNamespace, upFieldManager, writeApplications } from './write-applications.ts';

/**
 * Writes what a plan is about into the cluster: AppProjects that are not there, so that Applications may name them; ApplicationSets, so that
 * the Applications that they render belong to them, as if the controller had made these; it goes on from there.
 * @returns the namespaces that were made
 */
export async function writePlanned(cluster: Cluster, { applications, sets, projects }: Pick<RepositoryPlan, 'applications' | 'sets' | 'projects'>, signal: AbortSignal): Promise<readonly string[]> {
  const made: string[] = [];
  const written = new Map<string, KubeObject>();
  const ensureHome = async ({ metadata: { namespace } }: KubeObject): Promise<void> => {
    if (namespace !== undefined && (await ensureNamespace(cluster, namespace, signal))) made.push(namespace);
  };
  for (const object of projects) {
    await ensureHome(object);
    await createProject(cluster, object, signal);
  }
  for (const { object } of sets) {
    await ensureHome(object);
    written.set(formatKey(keyOf(object)), await cluster.apply(applicationSetType, object, { fieldManager: upFieldManager, force: true }, signal));
  }
  const objects = applications.map(({ object, generatedBy }) => {
    const owner = generatedBy === undefined ? undefined : written.get(formatKey(keyOf(generatedBy.object)));
    return owner === undefined ? object : { ...object, metadata: { ...object.metadata, ownerReferences: [ownerReference(owner.metadata)] } };
  });
  return [...made, ...(await writeApplications(cluster, objects, signal))];
}

/** A project that is there is what allows something in that cluster, and not what somebody's repository says: it stays as it is. */
async function createProject(cluster: Cluster, { status: _status, ...object }: KubeObject, signal: AbortSignal): Promise<void> {
  // who may not make projects may still bring in Applications of those that are there
  if ((await cluster.get(appProjectType, keyOf(object), signal)) !== undefined) return;
  const declared: KubeObject = { ...object, apiVersion: object.apiVersion, kind: object.kind, metadata: object.metadata };
  try {
    await cluster.create(appProjectType, declared, { fieldManager: upFieldManager }, signal);
  } catch (error) {
    if (!isKubeError(error, 'exists')) throw error;
  }
}
