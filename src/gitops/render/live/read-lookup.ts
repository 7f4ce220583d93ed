import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import type { Cluster, ResourceType } from '../../../kube/port.ts';
import { SourceError } from '../../source/source-error.ts';
import type { LookupQuery } from '../helm/engine/render-request.ts';
import { describeQuery } from './lookup-rule.ts';

type LookupCluster = Pick<Cluster, 'get' | 'pages'>;

/** What is there: an object, the objects of a list, or nothing; or a list that goes beyond a limit, and was not read to its end. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'object'; readonly object: KubeObject }
  | { readonly kind: 'list'; readonly items: readonly KubeObject[]; readonly resourceVersion: string }
  | { readonly kind: 'too many' }
  | { readonly kind: 'too large' };

/** Objects in one list. */
export const mostListed = 500;

export interface LookupOptions {
  /** To see whether it still is what it was. */
  readonly metadataOnly: boolean;
  /** Of a list, as JSON, at the most. Absent: any number. */
  readonly bytes?: number;
}

/** Reads what a chart looks up. @throws SourceError where the API server refuses or does not answer */
export async function readLookup(cluster: LookupCluster, type: ResourceType, query: LookupQuery, options: LookupOptions, signal: AbortSignal): Promise<Found> {
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

async function get(cluster: LookupCluster, type: ResourceType, { namespace, name }: LookupQuery, { metadataOnly }: LookupOptions, signal: AbortSignal): Promise<Found> {
  const object = await cluster.get(type, type.namespaced ? { namespace, name } : { name }, signal, { metadataOnly });
  return object === undefined ? { kind: 'nothing' } : { kind: 'object', object };
}

async function list(cluster: LookupCluster, type: ResourceType, query: LookupQuery, { metadataOnly, bytes = Infinity }: LookupOptions, signal: AbortSignal): Promise<Found> {
  const items: KubeObject[] = [];
  let version = '';
  let left = bytes;
  for await (const { items: page, resourceVersion } of cluster.pages(type, { ...(type.namespaced ? { namespace: query.namespace } : {}), metadataOnly }, signal)) {
    version = resourceVersion;
    if (items.length + page.length > mostListed) return { kind: 'too many' };
    for (const item of page) {
      left -= JSON.stringify(item).length;
      if (left < 0) return { kind: 'too large' };
      items.push(item);
    }
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
    case 'list':
      return `${found.items.length} ${found.items.map(one).toSorted().join('\n')}`;
    default:
      // metadata alone never come to 'too large': after the next look it is read anew, for it may have shrunk
      return found.kind;
  }
}
