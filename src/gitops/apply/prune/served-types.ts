import type { Cluster, Discovery, ResourceType } from '../../../kube/port.ts';
import type { ObjectRef } from '../object/object-ref.ts';

/** The versions of a kind's group as API versions, the recorded one first, served or not: the objects are the same in all. */
function versionsOf(discovery: Discovery, { group, version }: ObjectRef): readonly string[] {
  const prefix = group === '' ? '' : `${group}/`;
  // those with a further part are kinds
  return [`${prefix}${version}`, ...discovery.apiVersions().filter((entry) => entry.startsWith(prefix) && !entry.includes('/', prefix.length))];
}

/** In the first version that is known to hold the kind. */
function findKnown(discovery: Discovery, ref: ObjectRef): ResourceType | undefined {
  const known = new Set(discovery.apiVersions());
  const holder = versionsOf(discovery, ref).find((apiVersion) => known.has(`${apiVersion}/${ref.kind}`));
  return holder === undefined ? undefined : discovery.find(holder, ref.kind);
}

/** Undefined only where no version holds the kind. @throws KubeError `unavailable` where the server cannot say what one of them holds */
function findServed(discovery: Discovery, ref: ObjectRef): ResourceType | undefined {
  const types = (): readonly (ResourceType | undefined)[] => versionsOf(discovery, ref).map((apiVersion) => discovery.find(apiVersion, ref.kind));
  return findKnown(discovery, ref) ?? types().find((type) => type !== undefined);
}

/**
 * Finds the types of recorded objects, whatever the version; undefined for a kind that is not served, KubeError `unavailable` where that
 * cannot be told. The API server is asked anew once at most.
 */
export function servedTypes(cluster: Pick<Cluster, 'discover'>): (ref: ObjectRef, signal: AbortSignal) => Promise<ResourceType | undefined> {
  let isFresh = false;
  return async (ref, signal) => {
    const known = findKnown(await cluster.discover(signal), ref);
    if (known !== undefined) return known;
    const discovery = await cluster.discover(signal, { fresh: !isFresh });
    isFresh = true;
    return findServed(discovery, ref);
  };
}
