import { type KubeObject, parseApiVersion } from '../../api/object.ts';
import { fieldsOf, textOf } from './needs/field.ts';
import type { RenderedObject } from './plan.ts';

/** Whether objects of a kind live in a namespace; `unknown` where only the cluster can tell. */
export type Scope = 'namespaced' | 'cluster' | 'unknown';

/** Answers by apiVersion and kind. */
export type Scopes = (object: { readonly apiVersion: string; readonly kind: string }) => Scope;

/** Kinds without a namespace, of the API server itself and of the operators that most config repositories name. */
const clusterKinds = new Set([
  ...['ComponentStatus', 'Namespace', 'Node', 'PersistentVolume'].map((kind) => `/${kind}`),
  ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'MutatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration'].map(
    (kind) => `admissionregistration.k8s.io/${kind}`,
  ),
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  ...['TokenReview', 'SelfSubjectReview'].map((kind) => `authentication.k8s.io/${kind}`),
  ...['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'].map((kind) => `authorization.k8s.io/${kind}`),
  ...['CertificateSigningRequest', 'ClusterTrustBundle'].map((kind) => `certificates.k8s.io/${kind}`),
  ...['FlowSchema', 'PriorityLevelConfiguration'].map((kind) => `flowcontrol.apiserver.k8s.io/${kind}`),
  'internal.apiserver.k8s.io/StorageVersion',
  ...['IngressClass', 'IPAddress', 'ServiceCIDR'].map((kind) => `networking.k8s.io/${kind}`),
  'node.k8s.io/RuntimeClass',
  'policy/PodSecurityPolicy',
  ...['ClusterRole', 'ClusterRoleBinding'].map((kind) => `rbac.authorization.k8s.io/${kind}`),
  ...['DeviceClass', 'DeviceTaintRule', 'ResourceSlice'].map((kind) => `resource.k8s.io/${kind}`),
  'scheduling.k8s.io/PriorityClass',
  ...['CSIDriver', 'CSINode', 'StorageClass', 'VolumeAttachment', 'VolumeAttributesClass'].map((kind) => `storage.k8s.io/${kind}`),
  'storagemigration.k8s.io/StorageVersionMigration',
  ...['ClusterExternalSecret', 'ClusterPushSecret', 'ClusterSecretStore'].map((kind) => `external-secrets.io/${kind}`),
  'generators.external-secrets.io/ClusterGenerator',
  'cert-manager.io/ClusterIssuer',
  ...['ClusterAnalysisTemplate', 'ClusterWorkflowTemplate'].map((kind) => `argoproj.io/${kind}`),
  'gateway.networking.k8s.io/GatewayClass',
]);

/** Groups all of whose kinds are known here: what is not listed above lives in a namespace. */
const knownGroups = new Set([
  ...[...clusterKinds].map((id) => id.slice(0, id.lastIndexOf('/'))),
  ...['', 'apps', 'autoscaling', 'batch', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io', 'policy', 'bitnami.com', 'acme.cert-manager.io'],
]);

function idOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): string {
  return `${parseApiVersion(apiVersion).group}/${kind}`;
}

/** The scopes of the built-in kinds and of those that the given objects define. */
export function createScopes(objects: Iterable<KubeObject>): Scopes {
  const defined = new Map<string, Scope>();
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition') continue;
    const spec = fieldsOf(object['spec']);
    const kind = textOf(fieldsOf(spec['names'])['kind']);
    const scope = spec['scope'] === 'Cluster' ? 'cluster' : 'namespaced';
    if (kind !== undefined) defined.set(`${textOf(spec['group']) ?? ''}/${kind}`, scope);
  }
  return (object) => {
    const id = idOf(object);
    const known = defined.get(id) ?? (clusterKinds.has(id) ? 'cluster' : undefined);
    return known ?? (knownGroups.has(parseApiVersion(object.apiVersion).group) ? 'namespaced' : 'unknown');
  };
}

/**
 * Puts an object where it belongs: its own namespace, or the destination's, or none. A kind of unknown scope is taken for
 * namespaced and marked.
 */
export function placeObject(rendered: RenderedObject, scope: Scope, destination: string): RenderedObject {
  const { namespace, ...metadata } = rendered.object.metadata;
  if (scope === 'cluster') return namespace === undefined ? rendered : { ...rendered, object: { ...rendered.object, metadata } };
  const unknown = scope === 'unknown' ? ({ scopeUnknown: true } as const) : {};
  if (namespace !== undefined) return { ...rendered, ...unknown };
  const object = { ...rendered.object, metadata: { ...metadata, namespace: destination } };
  return scope === 'unknown' ? { ...rendered, object, namespaceAssumed: true, ...unknown } : { ...rendered, object };
}
