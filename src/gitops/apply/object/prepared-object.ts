import { createHash } from 'node:crypto';
import type { KubeObject } from '../../../api/object.ts';
import type { ResourceType } from '../../../kube/port.ts';
import { declaredWave } from '../../plan/object-order.ts';
import type { Origin, PhaseName, RenderedObject, ResolvedNeed, SopsEntry, SopsSource } from '../../plan/plan.ts';
import { refOf } from './object-ref.ts';
import type { ObjectRef } from './object-ref.ts';
import { trackingAnnotation, trackingId } from './tracking.ts';

/** A rendered object in the form in which it is applied. */
export interface PreparedObject {
  readonly ref: ObjectRef;
  readonly type: ResourceType;
  readonly object: KubeObject;
  readonly origin: Origin;
  readonly phase: PhaseName;
  /** Its values are ciphertexts: `openObject` gives what is to be written. */
  readonly sops?: SopsSource;
  readonly sopsEntries?: readonly SopsEntry[];
  /** It holds values from Secrets: nobody may quote it. */
  readonly holdsValues?: true;
  /** What must be there before it is written. */
  readonly awaits?: readonly ResolvedNeed[];
  /** Argo CD's sync wave. */
  readonly wave: number;
  /** Tells two manifests apart, in memory only: it is never written anywhere. */
  readonly hash: string;
}

export interface Preparation {
  readonly type: ResourceType;
  readonly phase: PhaseName;
  readonly instance: string;
  /** The destination's namespace. */
  readonly namespace: string;
  /** Annotations that this run adds, besides tracking. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Metadata that the API server owns; a manifest exported from a cluster carries it, and an apply must not. */
const serverOwned: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

/** Puts the object into its namespace, marks whose it is, and leaves out what only the cluster writes. */
export function prepareObject(rendered: RenderedObject, preparation: Preparation): PreparedObject {
  const { type, phase, instance, namespace } = preparation;
  const { status: _status, ...manifest } = rendered.object;
  const { namespace: declared, annotations, ...metadata } = manifest.metadata;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([field]) => !serverOwned.has(field)));
  const place = type.namespaced ? { namespace: declared ?? namespace } : {};
  const named = { ...kept, ...place, name: metadata.name };
  const ref = refOf({ ...manifest, metadata: named });
  const marked = { ...annotations, ...preparation.annotations, [trackingAnnotation]: trackingId(instance, ref, namespace) };
  const object: KubeObject = { ...manifest, metadata: { ...named, annotations: marked } };
  const { sops, sopsEntries, holdsValues, awaits } = rendered;
  const more = { ...(awaits === undefined ? {} : { awaits }), ...(holdsValues === undefined ? {} : { holdsValues }), ...(sops === undefined ? {} : { sops }), ...(sopsEntries === undefined ? {} : { sopsEntries }) };
  const hash = createHash('sha256').update(JSON.stringify(object)).digest('base64url');
  return { ref, type, object, origin: rendered.origin, phase, wave: declaredWave(object) ?? 0, hash, ...more };
}
