import { decideBarrier } from '../../gitops/apply/barrier/barrier.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { formatDuration } from '../../lib/duration.ts';
import { parseTimestamp } from '../../lib/timestamp.ts';
import type { Observed } from './observe.ts';
import type { GatedPod } from './pod-needs.ts';

/** What is to be done about a pod that has the label of the gate. */
export type Decision =
  | { readonly kind: 'ignore' }
  /** Somebody has taken the gate off: the label is of no use any more. */
  | { readonly kind: 'unlabel' }
  /** @property after milliseconds until the gate is opened in any case */
  | { readonly kind: 'wait'; readonly message: string; readonly after: number }
  | { readonly kind: 'open'; readonly isLate: boolean; readonly message: string };

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

/** Pure. The pod's age is by the API server's clock, so that a restart of the controller does not begin it anew. */
export function decide({ metadata, isGated }: GatedPod, observed: Observed, { timeout, now }: Bound): Decision {
  if (metadata.deletionTimestamp !== undefined) return { kind: 'ignore' };
  if (!isGated) return { kind: 'unlabel' };
  if (observed.needs.length === 0) return { kind: 'open', isLate: false, message: 'nothing in the cluster declares a Secret that this pod needs' };
  const awaited = awaitedOf(observed);
  if (awaited === undefined) return { kind: 'open', isLate: false, message: 'the Secrets that this pod needs are there and current' };
  const after = (parseTimestamp(metadata.creationTimestamp) ?? now) + timeout - now;
  if (after <= 0) return { kind: 'open', isLate: true, message: `opened after ${formatDuration(timeout)} without what it waited for: ${awaited}` };
  return { kind: 'wait', message: `waiting for ${awaited}`, after };
}
