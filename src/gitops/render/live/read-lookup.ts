import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../kube/port.ts';
import { SourceError } from '../../source/source-error.ts';
import type { LookupQuery } from '../helm/engine/render-request.ts';
import { ChartError } from '../helm/load/chart-error.ts';
import { describeQuery } from './lookup-rule.ts';

type LookupCluster = Pick<Cluster, 'get' | 'pages'>;

/** What is there: an object, the objects of a list, or nothing. */
export type Found = { readonly kind: 'nothing' } | { readonly kind: 'object'; readonly object: KubeObject } | { readonly kind: 'list'; readonly items: readonly KubeObject[]; readonly resourceVersion: string };

/** Objects in one list. */
const mostListed = 500;

/**
 * Reads what a chart looks up.
 * @param metadataOnly to see whether it still is what it was
 * @throws ChartError for a list that is too long, SourceError where the API server refuses or does not answer
 */
export async function readLookup(cluster: LookupCluster, type: ResourceType, query: LookupQuery, options: { readonly metadataOnly: boolean }, signal: AbortSignal): Promise<Found> {
  try {
    return await (query.name === '' ? list(cluster, type, query, options, signal) : get(cluster, type, query, options, signal));
  } catch (error) {
    if (!isKubeError(error)) throw error;
    signal.throwIfAborted();
    // the kind has gone meanwhile
    if (error.kind === 'absent') return { kind: 'nothing' };
    // somebody may grant it, so it is tried again
    if (error.kind === 'denied') throw new SourceError('unavailable', `lookup of ${describeQuery(query)} is denied to the controller: ${error.message}`, { cause: error });
    throw new SourceError('unavailable', `lookup of ${describeQuery(query)} got no answer: ${error.message}`, { cause: error });
  }
}

async function get(cluster: LookupCluster, type: ResourceType, { namespace, name }: LookupQuery, options: { readonly metadataOnly: boolean }, signal: AbortSignal): Promise<Found> {
  const object = await cluster.get(type, type.namespaced ? { namespace, name } : { name }, signal, options);
  return object === undefined ? { kind: 'nothing' } : { kind: 'object', object };
}

async function list(cluster: LookupCluster, type: ResourceType, query: LookupQuery, { metadataOnly }: { readonly metadataOnly: boolean }, signal: AbortSignal): Promise<Found> {
  const items: KubeObject[] = [];
  let version = '';
  for await (const { items: page, resourceVersion } of cluster.pages(type, { ...(type.namespaced ? { namespace: query.namespace } : {}), metadataOnly }, signal)) {
    items.push(...page);
    version = resourceVersion;
    if (items.length > mostListed) throw new ChartError(`lookup of ${describeQuery(query)} finds more than ${mostListed}, which is more than a chart may look through; name the one that is meant`);
  }
  return { kind: 'list', items, resourceVersion: version };
}

/** Tells what was found from anything else. */
export function versionOf(found: Found): string {
  const one = ({ metadata: { name, uid = '', resourceVersion = '' } }: KubeObject): string => `${name} ${uid} ${resourceVersion}`;
  switch (found.kind) {
    case 'nothing':
      return '';
    case 'object':
      return one(found.object);
    default:
      return `${found.items.length} ${found.items.map(one).toSorted().join('\n')}`;
  }
}
