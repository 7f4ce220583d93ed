import { decideBarrier } from '../../gitops/apply/barrier/barrier.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { formatDuration } from '../../lib/duration.ts';
import { parseTimestamp } from '../../lib/timestamp.ts';
import type { Observed } from './observe.ts';
import { type GatedPod, mostNeeds } from './pod-needs.ts';

/** What is to be done about a pod that has the label of the gate. */
export type Decision =
  | { readonly kind: 'ignore' }
  /** Somebody has taken the gate off: the label is of no use any more. */
  | { readonly kind: 'unlabel' }
  /** @property after milliseconds until the gate is opened in any case */
  | { readonly kind: 'wait'; readonly message: string; readonly after: number }
  | { readonly kind: 'open'; readonly why: OpenReason; readonly message: string };

/**
 * Why a gate is opened: what is needed is there and current; nothing declares any of it; time is up; or there is more than anybody goes through.
 */
export type OpenReason = 'current' | 'undeclared' | 'late' | 'tooMany';

export interface Bound {
  /** Milliseconds from the pod's creation on. */
  readonly timeout: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What a pod waits for; undefined where all that is declared of its needs is there and current. */
export function awaitedOf({ needs, facts }: Observed): string | undefined {
  const verdict = decideBarrier(needs, facts, false);
  return verdict.open ? undefined : summarise(verdict.awaited.map(({ message }) => message));
}

/** Milliseconds that a pod may still be held. Its age is by the API server's clock, so that a restart of the controller does not begin it anew. */
export function timeLeft({ metadata }: GatedPod, { timeout, now }: Bound): number {
  return (parseTimestamp(metadata.creationTimestamp) ?? now) + timeout - now;
}

/** What is done about a pod whose time is up before it is known what its Secrets have. */
export function openUnread({ timeout }: Bound): Decision {
  return { kind: 'open', why: 'late', message: `opened after ${formatDuration(timeout)}: its Secrets seem to be current, but which keys they have could not be read` };
}

/** Pure. */
export function decide(pod: GatedPod, observed: Observed, bound: Bound): Decision {
  const { metadata, isGated, needs } = pod;
  if (metadata.deletionTimestamp !== undefined) return { kind: 'ignore' };
  if (!isGated) return { kind: 'unlabel' };
  if (needs === 'tooMany') return { kind: 'open', why: 'tooMany', message: `not held: it needs more than ${mostNeeds} Secrets and keys` };
  if (observed.needs.length === 0) return { kind: 'open', why: 'undeclared', message: 'nothing in the cluster declares a Secret that this pod needs' };
  const awaited = awaitedOf(observed);
  if (awaited === undefined) return { kind: 'open', why: 'current', message: 'the Secrets that this pod needs are there and current' };
  const after = timeLeft(pod, bound);
  if (after <= 0) return { kind: 'open', why: 'late', message: `opened after ${formatDuration(bound.timeout)} without what it waited for: ${awaited}` };
  return { kind: 'wait', message: `waiting for ${awaited}`, after };
}
