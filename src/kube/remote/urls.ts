import type { ObjectKey } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { ResourceType } from '../port.ts';

/** Query parameters; what is undefined is left out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** `/api/v1/namespaces/devnet/secrets`; all namespaces where none is given. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === '' ? '/api' : `/apis/${segment(type.group)}`;
  const scope = type.namespaced && namespace !== undefined ? `/namespaces/${segment(namespace)}` : '';
  return `${root}/${segment(type.version)}${scope}/${segment(type.plural)}`;
}

/**
 * `/api/v1/namespaces/devnet/secrets/bp-1`, and `/status` behind it for that subresource.
 * @throws KubeError `invalid` where the namespace of a namespaced kind is missing, or the name is empty: the request would mean something else
 */
export function objectPath(type: ResourceType, key: ObjectKey, subresource?: string): string {
  if (key.name === '') throw new KubeError('invalid', `a ${type.kind} without a name cannot be asked for`);
  const path = `${collectionPath(type, requiredNamespace(type, key.namespace, key.name))}/${segment(key.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** The namespace of a namespaced kind, undefined for others. @throws KubeError `invalid` where it is missing */
export function requiredNamespace(type: ResourceType, namespace: string | undefined, name: string): string | undefined {
  if (!type.namespaced) return undefined;
  if (namespace === undefined || namespace === '') throw new KubeError('invalid', `${type.kind} ${name} needs a namespace`);
  return namespace;
}

/** `path?a=b`, with nothing behind the path where the query is empty. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.append(name, value);
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

/** Names may hold colons and capitals (RBAC); `.` and `..` would leave the path, and the API server refuses them as names anyway. */
function segment(text: string): string {
  if (text === '.' || text === '..' || text.includes('/')) throw new KubeError('invalid', `${JSON.stringify(text)} cannot be a name`);
  return encodeURIComponent(text);
}
