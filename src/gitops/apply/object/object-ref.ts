import { parseApiVersion } from '../../../api/object.ts';
import type { KubeObject, ObjectKey } from '../../../api/object.ts';

/** Names one object in the cluster. What Argo CD lists under `status.resources`. */
export interface ObjectRef {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly name: string;
}

export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  return { ...parseApiVersion(object.apiVersion), kind: object.kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** The identity of an object in maps and sets. The version is no part of it: one object is served in several. */
export function refKey(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

/** The key of the object within its type. */
export function keyOfRef(ref: ObjectRef): ObjectKey {
  return ref.namespace === undefined ? { name: ref.name } : { namespace: ref.namespace, name: ref.name };
}

/** `Deployment devnet/seed`, for people. */
export function formatRef(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}
