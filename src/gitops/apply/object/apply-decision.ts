import type { LiveObject } from './live-view.ts';
import type { RolloutStamp } from '../rollout/rollout-stamp.ts';
import { formatRef } from './object-ref.ts';
import type { PreparedObject } from './prepared-object.ts';

/** What was there right after our last apply, or when a comparison found no difference. */
export interface AppliedObject {
  readonly hash: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number | undefined;
  /** What a workload was made to say of the Secrets that its pods read. */
  readonly stamp: RolloutStamp;
  /** `contentOf`, for a kind whose generation counts statuses, too. */
  readonly content?: string;
}

function contains(live: Readonly<Record<string, string>>, declared: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(declared ?? {}).every(([name, value]) => live[name] === value);
}

/**
 * Whether a live object still is what our last apply left. The generation counts changes to all but metadata and status, so
 * declared labels and annotations are compared by themselves. Where it counts statuses, too, the content itself is compared. Kinds without
 * a generation are unchanged while their resourceVersion is.
 */
export function isUnchanged(desired: PreparedObject, applied: AppliedObject | undefined, live: LiveObject): boolean {
  if (applied === undefined || applied.hash !== desired.hash || applied.uid !== live.uid || live.deleting) return false;
  if (live.generation === undefined || applied.generation === undefined) return live.resourceVersion === applied.resourceVersion;
  const { labels, annotations } = desired.object.metadata;
  const isKept = live.content === undefined || applied.content === undefined ? live.generation === applied.generation : live.content === applied.content;
  return isKept && contains(live.labels, labels) && contains(live.annotations, annotations);
}

export type ApplyDecision =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'apply' }
  /** Another Application tracks it: refused, unless that Application is gone. */
  | { readonly kind: 'shared'; readonly instance: string }
  | { readonly kind: 'wait'; readonly message: string }
  | { readonly kind: 'refuse'; readonly message: string; readonly shared?: true };

/**
 * What to do about one object, given what the API server has under its name.
 * What nobody tracks is adopted by applying, as Argo CD and Flux do, but never a Secret: it may be the only copy of a value.
 */
export function decideApply(desired: PreparedObject, applied: AppliedObject | undefined, live: LiveObject | undefined, instance: string): ApplyDecision {
  if (live === undefined) return { kind: 'apply' };
  const name = formatRef(desired.ref);
  if (live.deleting) {
    const held = live.finalizers.length === 0 ? '' : ` (held by ${live.finalizers.join(', ')})`;
    return { kind: 'wait', message: `${name} is being deleted${held}; it is made again once it is gone` };
  }
  if (live.instance !== undefined && live.instance !== instance) return { kind: 'shared', instance: live.instance };
  if (live.instance === undefined && desired.ref.group === '' && desired.ref.kind === 'Secret') {
    return { kind: 'refuse', message: `${name} already exists and no Application manages it; it is left alone. Delete it, or take it out of Git` };
  }
  return isUnchanged(desired, applied, live) ? { kind: 'unchanged' } : { kind: 'apply' };
}
