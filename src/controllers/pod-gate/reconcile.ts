import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import { openGate } from './act.ts';
import { type Decision, decide } from './decide.ts';
import { glance, look, type PodGateView, type SecretKeys } from './observe.ts';
import type { GatedPod } from './pod-needs.ts';

export interface ReconcileOptions {
  readonly view: PodGateView;
  readonly keys: SecretKeys;
  readonly cluster: Pick<Cluster, 'get' | 'update'>;
  readonly clock: Clock;
  /** Milliseconds that a pod is held at most. */
  readonly timeout: number;
}

/** Reasons of events about pods. */
const reasons = { waiting: 'WaitingForSecrets', opened: 'SecretsCurrent', late: 'SecretsTimedOut' } as const;

function outcomeOf(decision: Exclude<Decision, { kind: 'ignore' | 'unlabel' }>): { readonly outcome: Outcome; readonly events: readonly EventNote[] } {
  const { message } = decision;
  if (decision.kind === 'wait') {
    return { outcome: { kind: 'waiting', reason: reasons.waiting, message, requeueAfter: decision.after }, events: [{ type: 'Normal', reason: reasons.waiting, message }] };
  }
  const note: EventNote = decision.isLate ? { type: 'Warning', reason: reasons.late, message } : { type: 'Normal', reason: reasons.opened, message };
  return { outcome: { kind: 'synced', reason: note.reason, message }, events: [note] };
}

/**
 * Observe, decide, act: one pod. While the caches say that something is missing nothing is read; once nothing seems to be, the Secrets are,
 * and that decides. Undefined: there is nothing to report.
 */
export async function reconcilePod(pod: GatedPod, { view, keys, cluster, clock, timeout }: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const bound = { timeout, now: clock.now() };
  const glanced = decide(pod, glance(pod.needs, view), bound);
  const decision = glanced.kind === 'open' && !glanced.isLate ? decide(pod, await look(pod.needs, view, keys, signal), bound) : glanced;
  if (decision.kind === 'ignore') return undefined;
  if (decision.kind === 'wait') return outcomeOf(decision);
  const isThere = await openGate(pod, cluster, signal);
  return decision.kind === 'unlabel' || !isThere ? undefined : outcomeOf(decision);
}
