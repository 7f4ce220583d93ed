import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import { startDeadline } from '../../runtime/deadline.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import { openGate } from './act.ts';
import { type Decision, decide, openUnread, timeLeft } from './decide.ts';
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
const reasons = { waiting: 'WaitingForSecrets', opened: 'SecretsCurrent', late: 'SecretsTimedOut', tooMany: 'TooManySecrets' } as const;

function outcomeOf(decision: Exclude<Decision, { kind: 'ignore' | 'unlabel' }>): { readonly outcome: Outcome; readonly events: readonly EventNote[] } {
  const { message } = decision;
  if (decision.kind === 'wait') {
    return { outcome: { kind: 'waiting', reason: reasons.waiting, message, requeueAfter: decision.after }, events: [{ type: 'Normal', reason: reasons.waiting, message }] };
  }
  const { why } = decision;
  const note: EventNote = why === 'late' || why === 'tooMany' ? { type: 'Warning', reason: reasons[why], message } : { type: 'Normal', reason: reasons.opened, message };
  return { outcome: { kind: 'synced', reason: note.reason, message }, events: [note] };
}

/**
 * While the caches say that something is missing nothing is read; once nothing seems to be, the Secrets are, and that decides. A reading that
 * fails, or takes longer than the pod may be held, does not hold it.
 */
async function decisionOf(pod: GatedPod, { view, keys, clock, timeout }: ReconcileOptions, signal: AbortSignal): Promise<Decision> {
  const bound = { timeout, now: clock.now() };
  const needs = pod.needs === 'tooMany' ? [] : pod.needs;
  const glanced = decide(pod, glance(needs, view), bound);
  if (glanced.kind !== 'open' || glanced.why !== 'current') return glanced;
  const left = timeLeft(pod, bound);
  if (left <= 0) return openUnread(bound);
  const deadline = startDeadline(clock, left, signal);
  try {
    return decide(pod, await look(needs, view, keys, deadline.signal), bound);
  } catch (error) {
    if (deadline.passed()) return openUnread(bound);
    throw error;
  } finally {
    deadline.release();
  }
}

/** Observe, decide, act: one pod. Undefined: there is nothing to report. */
export async function reconcilePod(pod: GatedPod, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { cluster } = options;
  const decision = await decisionOf(pod, options, signal);
  if (decision.kind === 'ignore') return undefined;
  if (decision.kind === 'wait') return outcomeOf(decision);
  const isThere = await openGate(pod, cluster, signal);
  return decision.kind === 'unlabel' || !isThere ? undefined : outcomeOf(decision);
}
