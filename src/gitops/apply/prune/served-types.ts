import { parseApiVersion } from '../../../api/object.ts';
import type { Cluster, Discovery, ResourceType } from '../../../kube/port.ts';
import type { ObjectRef } from '../object/object-ref.ts';

/** As it was recorded, or in another version where that one is not served any more: the objects are the same. */
function findServed(discovery: Discovery, { group, version, kind }: ObjectRef): ResourceType | undefined {
  const recorded = discovery.find(group === '' ? version : `${group}/${version}`, kind);
  if (recorded !== undefined) return recorded;
  const others = discovery.apiVersions().flatMap((entry) => (entry.endsWith(`/${kind}`) ? [entry.slice(0, -kind.length - 1)] : []));
  const other = others.find((apiVersion) => parseApiVersion(apiVersion).group === group);
  return other === undefined ? undefined : discovery.find(other, kind);
}

/** Finds the types of recorded objects, whatever the version; undefined for a kind that is not served. The API server is asked anew once at most. */
export function servedTypes(cluster: Pick<Cluster, 'discover'>): (ref: ObjectRef, signal: AbortSignal) => Promise<ResourceType | undefined> {
  let isFresh = false;
  return async (ref, signal) => {
    const known = findServed(await cluster.discover(signal), ref);
    if (known !== undefined || isFresh) return known;
    const discovery = await cluster.discover(signal, { fresh: true });
    isFresh = true;
    return findServed(discovery, ref);
  };
}
