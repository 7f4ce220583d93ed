import type { ResourceType } from '../../../kube/port.ts';
import type { LookupQuery } from '../helm/engine/render-request.ts';

/** What is to be done about something that a chart looks up. */
type LookupRule =
  | { readonly kind: 'read'; readonly type: ResourceType }
  /** There can be nothing, and nobody is asked. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Kinds without a namespace that a chart may look up: they say what the cluster offers, and nothing of what others run there. Nodes and
 * everything with rights in it are not among them.
 */
const openKinds: ReadonlySet<string> = new Set([
  'storage.k8s.io/StorageClass', 'storage.k8s.io/CSIDriver', 'snapshot.storage.k8s.io/VolumeSnapshotClass', 'networking.k8s.io/IngressClass',
  'gateway.networking.k8s.io/GatewayClass', 'scheduling.k8s.io/PriorityClass', 'node.k8s.io/RuntimeClass', 'apiextensions.k8s.io/CustomResourceDefinition',
]);

/**
 * Helm asks with the rights of whoever runs it; here everybody's charts are rendered with the controller's. So a chart sees what is in its
 * Application's destination namespace, the namespace itself, and kinds that say what the cluster offers.
 * @param type as the cluster serves it; undefined where it does not
 * @param home the destination namespace
 */
export function lookupRule(query: LookupQuery, type: ResourceType | undefined, home: string): LookupRule {
  if (type === undefined) return { kind: 'nothing' };
  const { name, namespace } = query;
  if (type.namespaced) {
    if (namespace === home) return { kind: 'read', type };
    // Helm then asks for an object outside of any namespace, and there is none
    if (namespace === '' && name !== '') return { kind: 'nothing' };
    return refused(query, `a chart may look up only what is in its Application's destination namespace, ${home}`);
  }
  if (openKinds.has(`${type.group}/${type.kind}`)) return { kind: 'read', type };
  if (type.group === '' && type.kind === 'Namespace') return name === home ? { kind: 'read', type } : refused(query, `of Namespaces a chart may look up only its Application's destination, ${home}`);
  return refused(query, 'a chart may not look up this kind, which belongs to no namespace');
}

function refused(query: LookupQuery, why: string): LookupRule {
  return { kind: 'refused', message: `lookup of ${describeQuery(query)} is refused: ${why}` };
}

/** What is looked up, for people: `Secret devnet/seed`, `all ConfigMaps of devnet`. */
export function describeQuery({ apiVersion, kind, namespace, name }: LookupQuery): string {
  const kindName = apiVersion.includes('/') ? `${kind} (${apiVersion})` : kind;
  if (name !== '') return namespace === '' ? `${kindName} ${name}` : `${kindName} ${namespace}/${name}`;
  return namespace === '' ? `all objects of kind ${kindName}` : `all objects of kind ${kindName} in ${namespace}`;
}
