import type { KubeObject } from '../../../api/object.ts';

/** On a workload: which state of its Secrets it runs with. Prelude's own; a keyed hash that only Prelude can make. */
export const consumedAnnotation = 'prelude.dev/consumed-secrets';
/** On a workload and in its pod template: the rotation that its pods were last replaced for. Absent until the first one. */
export const rotationAnnotation = 'prelude.dev/secrets-rotation';
/** On a workload or an Application: `false` leaves its pods alone when a Secret changes. */
export const rollAnnotation = 'prelude.dev/roll-on-rotation';

/** What a workload says of the Secrets that its pods read. */
export interface RolloutStamp {
  /** `<key id>.<keyed hash of what is read>.<versions of the Secrets>`. */
  readonly consumed?: string;
  /** What the pod template carries: another text replaces the pods. */
  readonly rotation?: string;
}

/** The Secrets of a workload as they are now. */
export interface ConsumedNow {
  /** Tells the key of the hash: hashes of two keys say nothing of one another. */
  readonly keyId: string;
  readonly hash: string;
  /** Stands for the resourceVersions: while it stays the same, nothing need be read. */
  readonly versions: string;
}

/** What annotations of a workload say. */
export function stampIn(annotations: KubeObject['metadata']['annotations']): RolloutStamp {
  const [consumed, rotation] = [annotations?.[consumedAnnotation], annotations?.[rotationAnnotation]];
  return { ...(consumed === undefined ? {} : { consumed }), ...(rotation === undefined ? {} : { rotation }) };
}

/** The text of the annotation. */
export function formatConsumed({ keyId, hash, versions }: ConsumedNow): string {
  return `${keyId}.${hash}.${versions}`;
}

/** Reads the annotation; undefined where it is no text of ours. */
export function parseConsumed(text: string | undefined): ConsumedNow | undefined {
  const [keyId, hash, versions, ...more] = (text ?? '').split('.');
  if (keyId === undefined || hash === undefined || versions === undefined || more.length > 0) return undefined;
  return keyId === '' || hash === '' || versions === '' ? undefined : { keyId, hash, versions };
}

/**
 * What a workload is to say, given what it says and what its Secrets are. Pods are replaced only where what they read is known to have
 * changed: a workload that is new, or taken over, or was stamped with a key that is lost, starts from what it has.
 * A new version of a Secret with the same values changes nothing, not even the annotation.
 */
export function decideStamp(live: RolloutStamp, now: ConsumedNow): RolloutStamp {
  const before = parseConsumed(live.consumed);
  if (before === undefined || before.keyId !== now.keyId) return { ...live, consumed: formatConsumed(now) };
  if (before.hash === now.hash) return live;
  return { consumed: formatConsumed(now), rotation: now.hash };
}
