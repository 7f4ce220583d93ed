import type { ObjectKey, ObjectMeta } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';
import type { ResourceType } from '../port.ts';

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelName = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const mostAnnotationBytes = 256 * 1024;

/**
 * Checks what the API server checks of every object's name, labels and annotations.
 * @throws KubeError `invalid`
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function checkMetadata(type: ResourceType, metadata: ObjectMeta): void {
  checkKey(type, metadata);
  const { labels = {}, annotations = {} } = metadata;
  for (const [name, value] of Object.entries(labels)) {
    checkQualifiedName(name, 'metadata.labels');
    if (typeof value !== 'string' || !labelValue.test(value)) throw new KubeError('invalid', `metadata.labels[${name}]: must be at most 63 letters, digits, '-', '_' or '.'`);
  }
  let size = 0;
  for (const [name, value] of Object.entries(annotations)) {
    checkQualifiedName(name, 'metadata.annotations');
    if (typeof value !== 'string') throw new KubeError('invalid', `metadata.annotations[${name}]: must be a string`);
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (size > mostAnnotationBytes) throw new KubeError('invalid', `metadata.annotations: must have at most ${mostAnnotationBytes} bytes`);
}

/** @throws KubeError `invalid` where no object of the type can have this name and namespace */
export function checkKey(type: ResourceType, { name, namespace }: ObjectKey): void {
  if (type.namespaced !== (namespace !== undefined)) {
    throw new KubeError('invalid', `${type.kind} ${name}: metadata.namespace ${type.namespaced ? 'is required' : 'must not be set: the kind is cluster-scoped'}`);
  }
  if (namespace !== undefined && !dnsLabel.test(namespace)) throw new KubeError('invalid', `metadata.namespace: "${namespace}" is not a DNS label`);
  if (!isName(type, name)) throw new KubeError('invalid', `metadata.name: "${name}" cannot be the name of a ${type.kind}`);
}

function isName({ group, kind }: ResourceType, name: string): boolean {
  // RBAC's names are any path segment: system:node, a user's name
  if (group === 'rbac.authorization.k8s.io') return name !== '' && name !== '.' && name !== '..' && !/[/%]/.test(name);
  if (group === '' && (kind === 'Namespace' || kind === 'Service')) return dnsLabel.test(name);
  return name.length <= 253 && dnsSubdomain.test(name);
}

function checkQualifiedName(text: string, where: string): void {
  const slash = text.indexOf('/');
  const prefix = slash < 0 ? undefined : text.slice(0, slash);
  const valid = labelName.test(text.slice(slash + 1)) && (prefix === undefined || (prefix.length <= 253 && dnsSubdomain.test(prefix)));
  if (!valid) throw new KubeError('invalid', `${where}: "${text}" is not a qualified name`);
}
