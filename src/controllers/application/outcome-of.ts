import { formatRef } from '../../gitops/apply/object/object-ref.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { untilNextAttempt } from '../../gitops/history/operation.ts';
import { isPartial, requestOf } from '../../gitops/history/requested-operation.ts';
import type { EventNote, Outcome } from '../../runtime/outcome.ts';
import type { Acted } from './act.ts';
import type { SyncDecision } from './decide.ts';
import type { Observed } from './observe.ts';

/** Where nothing tells us when something waited for has come, in milliseconds. */
const safetyNet = 15_000;

/** Applications that are waited for tell when they are there. */
const applicationsNet = 60_000;

/** A namespace that goes away tells nobody, nor does another render. */
const soonNet = 3_000;

/** What was only about a part, or only a trial, says nothing of the rest, which is looked at next. */
const restAfter = 1_000;

/** Of a pass, how it ended. */
interface Ended extends Pick<Acted, 'status'> {
  readonly result: Pick<Acted['result'], 'stop'>;
}

/** What a pass means to the queue: done, to be woken, or to be tried again when the retry policy says so. */
export function outcomeOf({ result, status }: Ended, decision: SyncDecision, { application }: Pick<Observed, 'application'>, now: number): Outcome {
  const { stop } = result;
  const operation = decision.kind === 'sync' ? status.operationState : undefined;
  const request = requestOf(operation);
  const isPart = isPartial(request) && operation?.phase !== 'Running';
  if (stop === undefined) return { kind: 'synced', reason: 'Synced', message: status.sync?.status === 'Synced' ? 'as Git says' : 'differs from Git', ...(isPart ? { requeueAfter: restAfter } : {}) };
  if (stop.kind === 'waiting' && stop.isForApplications === true) return { kind: 'waiting', reason: 'WaitingForApplications', message: stop.message, requeueAfter: applicationsNet };
  if (stop.kind === 'waiting') {
    const requeueAfter = stop.phase === 'namespace' || stop.isRenderedAnew === true ? soonNet : safetyNet;
    return { kind: 'waiting', reason: stop.phase === 'barrier' || stop.isForSecrets === true ? 'WaitingForSecrets' : 'Waiting', message: stop.message, requeueAfter };
  }
  const after = operation === undefined || isPart ? 0 : untilNextAttempt(operation, request?.retry ?? application.spec.syncPolicy.retry, now);
  return { kind: 'failed', reason: stop.kind === 'refused' ? 'SyncRefused' : 'SyncFailed', message: stop.message, retryAfter: Math.max(after, restAfter) };
}

/** The same outcome, and a look after so many milliseconds at the latest. What is tried again by itself is looked at anyway. */
export function lookAgain(outcome: Outcome, after: number | undefined): Outcome {
  if (after === undefined || (outcome.kind !== 'synced' && outcome.kind !== 'waiting')) return outcome;
  return { ...outcome, requeueAfter: Math.min(outcome.requeueAfter ?? after, after) };
}

function changed({ result }: Acted, change: 'written' | 'pruned'): readonly string[] {
  const words = change === 'pruned' ? ['pruned'] : ['created', 'configured'];
  return [...result.outcomes.values()].filter((outcome) => words.includes(outcome.change)).map(({ ref }) => formatRef(ref));
}

/** What a pass has done, for `kubectl describe`. */
export function eventsOf(acted: Acted, decision: SyncDecision): readonly EventNote[] {
  const { result, opened, status } = acted;
  const revision = status.sync?.revision ?? '';
  const notes: EventNote[] = [];
  if (opened) notes.push({ type: 'Normal', reason: 'SecretsReady', message: `every Secret that revision ${revision} needs is there and current` });
  const written = changed(acted, 'written');
  if (decision.kind === 'heal' && written.length > 0) notes.push({ type: 'Normal', reason: 'Healed', message: `put back what Git says: ${summarise(written)}` });
  const pruned = changed(acted, 'pruned');
  if (pruned.length > 0) notes.push({ type: 'Normal', reason: 'Pruned', message: `no longer in Git: ${summarise(pruned)}` });
  if (decision.kind === 'sync' && result.stop === undefined) notes.push({ type: 'Normal', reason: 'OperationCompleted', message: `synced to ${revision}` });
  if (result.stop !== undefined && result.stop.kind !== 'waiting') notes.push({ type: 'Warning', reason: 'OperationFailed', message: result.stop.message });
  if (result.pruneRefused !== undefined) notes.push({ type: 'Warning', reason: 'PruneRefused', message: result.pruneRefused });
  return notes;
}
