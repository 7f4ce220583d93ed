import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import { refOf } from './object-ref.ts';
import type { ObjectRef } from './object-ref.ts';

/** Argo CD's annotation that says which Application an object belongs to (its default method since 3.0). */
export const trackingAnnotation = 'argocd.argoproj.io/tracking-id';

/**
 * The name under which an Application tracks its objects: its own name in the control namespace, `<namespace>_<name>`
 * elsewhere. Kubernetes names hold no underscore, so the two never meet.
 */
export function instanceName(application: Required<ObjectKey>, controlNamespace: string): string {
  return application.namespace === controlNamespace ? application.name : `${application.namespace}_${application.name}`;
}

/** The inverse of `instanceName`. */
export function applicationOf(instance: string, controlNamespace: string): Required<ObjectKey> {
  const split = instance.indexOf('_');
  return split < 0 ? { namespace: controlNamespace, name: instance } : { namespace: instance.slice(0, split), name: instance.slice(split + 1) };
}

/** `<instance>:<group>/<kind>:<namespace>/<name>`; cluster-scoped objects carry the destination's namespace. */
export function trackingId(instance: string, ref: ObjectRef, destination: string): string {
  return `${instance}:${ref.group}/${ref.kind}:${ref.namespace ?? destination}/${ref.name}`;
}

const trackingForm = /^(?<instance>[^:]+):(?<group>[^:/]*)\/(?<kind>[^:/]+):(?<namespace>[^/]*)\/(?<name>.+)$/;

/**
 * The Application that tracks a live object, or undefined where none does. An annotation that does not describe the object
 * itself was copied from another one (External Secrets copies an ExternalSecret's annotations onto its Secret): it counts for nothing.
 */
export function trackedBy(live: KubeObject): string | undefined {
  const groups = trackingForm.exec(live.metadata.annotations?.[trackingAnnotation] ?? '')?.groups;
  if (groups === undefined) return undefined;
  const ref = refOf(live);
  const itself = groups['group'] === ref.group && groups['kind'] === ref.kind && groups['name'] === ref.name;
  const inPlace = ref.namespace === undefined || groups['namespace'] === ref.namespace;
  return itself && inPlace ? groups['instance'] : undefined;
}
