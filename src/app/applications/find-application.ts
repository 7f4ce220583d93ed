import { defaultApplicationNamespace } from '../../api/application.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { ApplicationName } from './application-name.ts';

/**
 * Finds the Application that is meant.
 * @throws KubeError `absent` where there is none, or where several have the name and it is not said which
 */
export async function findApplication(cluster: Cluster, { namespace, name }: ApplicationName, signal: AbortSignal): Promise<KubeObject> {
  const usual = await cluster.get(applicationType, { namespace: namespace ?? defaultApplicationNamespace, name }, signal);
  if (usual !== undefined) return usual;
  if (namespace !== undefined) throw new KubeError('absent', `there is no Application ${namespace}/${name}`);
  const found: KubeObject[] = [];
  for await (const { items } of cluster.pages(applicationType, { fieldSelector: `metadata.name=${name}` }, signal)) found.push(...items);
  const [only] = found;
  if (only === undefined) throw new KubeError('absent', `there is no Application ${name}; prelude status lists those there are`);
  if (found.length > 1) throw new KubeError('absent', `several Applications are called ${name}; say which: ${found.map((one) => formatKey(keyOf(one))).join(', ')}`);
  return only;
}
