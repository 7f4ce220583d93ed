import { pushSecretFinalizer } from '../../api/names.ts';
import { keyOf, type ObjectKey } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import { formatErrors } from '../../api/schema.ts';
import { formatDuration } from '../../lib/duration.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import type { CleanUpContext } from './clean-up.ts';
import { cleanUp, finish } from './clean-up.ts';
import type { Decision } from './decide.ts';
import { decide, finalizerChange, isAdoptedForGood } from './decide.ts';
import { changeFinalizer } from './finalizer.ts';
import type { PushSecretEntry } from './caches.ts';
import type { Observed } from './observe.ts';
import { observe } from './observe.ts';
import { stalled, waiting } from './outcomes.ts';
import { push } from './push.ts';
import { isOthersToRefuse } from './resolve-stores.ts';
import { isTold } from './report.ts';

export interface ReconcileContext extends CleanUpContext {
  /** Milliseconds that what is pushed may be gone before it goes from the providers as well. */
  readonly sourceGrace: number;
  /** Asks for another look at an object in some milliseconds. */
  readonly lookAgain: (key: ObjectKey, after: number) => void;
}

/** Observe, decide, act: one PushSecret. Undefined: there is nothing to report. */
export async function reconcilePushSecret(entry: PushSecretEntry, context: ReconcileContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  if (entry.metadata.deletionTimestamp !== undefined) return (entry.metadata.finalizers ?? []).includes(pushSecretFinalizer) ? finish(entry, context, signal) : undefined;
  if (!entry.parsed.ok) return isOthersToRefuse(entry, context) ? undefined : { outcome: stalled(`invalid PushSecret: ${formatErrors(entry.parsed.errors)}`) };
  const pushSecret = entry.parsed.value;
  const observed = await observe(entry, pushSecret, context, signal);
  const decision = decide(pushSecret, observed);
  const change = finalizerChange(observed, decision);
  if (change !== 'none') await changeFinalizer(entry, change, context.cluster, signal);
  if (observed.sources.missing === undefined) context.memory.recordPresent(entry.metadata.uid ?? '');
  const reconciled = await act(pushSecret, observed, decision, context, signal);
  // nothing is tried again by itself, but what could be pushed is still pushed at its time
  if (reconciled?.outcome.kind === 'stalled' && pushSecret.spec.refreshInterval > 0) context.lookAgain(keyOf(entry), pushSecret.spec.refreshInterval);
  return reconciled;
}

async function act(pushSecret: PushSecret, observed: Observed, decision: Decision, context: ReconcileContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { entry } = observed;
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'report':
      return { outcome: decision.outcome };
    case 'rest':
      adopt(pushSecret, observed, context);
      if (!isTold(pushSecret, decision.outcome)) return { outcome: decision.outcome };
      if (decision.outcome.requeueAfter !== undefined) context.lookAgain(keyOf(entry), decision.outcome.requeueAfter);
      return undefined;
    case 'cleanUp':
      return awaitSource(pushSecret, observed, decision.missing, context, signal);
    default:
      return push(pushSecret, observed, decision.why, context, signal);
  }
}

/** What is pushed stands as it is found where it was pushed for good; what changes from now on is pushed. */
function adopt(pushSecret: PushSecret, { last, sources }: Observed, { memory }: ReconcileContext): void {
  if (last !== undefined && last.sources === undefined && isAdoptedForGood(pushSecret)) memory.recordPush(pushSecret.metadata.uid ?? '', { ...last, sources: sources.versions });
}

/** Who replaces a Secret deletes it first: only when it stays away, it is meant. */
async function awaitSource(pushSecret: PushSecret, { entry, now }: Observed, missing: string, context: ReconcileContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  const left = context.sourceGrace - (now - context.memory.absentSince(entry.metadata.uid ?? '', now));
  if (left <= 0) return cleanUp(pushSecret, entry, context, signal);
  return { outcome: waiting(`could not get source secret: ${missing}; unless it comes back within ${formatDuration(Math.ceil(left / 1_000) * 1_000)}, what was pushed of it goes from the providers`, left) };
}
