import { decideApply, isUnchanged } from './apply-decision.ts';
import type { ApplyDecision } from './apply-decision.ts';
import { SopsError } from '../../../seal/sops/sops-error.ts';
import { compareObject, isAsInGit } from './compare-object.ts';
import { rulesFor } from './ignored-fields.ts';
import { liveObject } from './live-view.ts';
import type { LiveObject } from './live-view.ts';
import { holdsSecrets, mayQuote } from './may-quote.ts';
import { formatRef, keyOfRef, refKey } from './object-ref.ts';
import type { PreparedObject } from './prepared-object.ts';
import { trackingAnnotation } from './tracking.ts';
import { failureMessage, formatOrigin } from '../sync-run.ts';
import type { ApplyResult, SyncRun } from '../sync-run.ts';
import { choicesOf, failed, isRecreated, isReplaced, mustRecreate, recreateObject, remember, unchanged, waits, writeObject } from './write-object.ts';

/** A file that does not open: another key, or a service that answers, is waited for; a file that was changed is a failure. */
function sealed(run: SyncRun, desired: PreparedObject, { kind, message }: SopsError): ApplyResult {
  const reason = `encrypted with SOPS: ${message}`;
  if (kind === 'document') return failed(run, desired, reason);
  waits(run, desired, reason);
  return { kind: 'waiting', message: `${formatRef(desired.ref)} (${formatOrigin(desired.origin)}): ${reason}` };
}

/** The API server quotes what it refuses; of what holds secrets, only the kind of refusal is told. */
function reasonOf(run: SyncRun, desired: PreparedObject, error: unknown): string {
  const message = failureMessage(run, error);
  if (!holdsSecrets(desired) || !mayQuote(error)) return message;
  return desired.holdsValues === true
    ? `the API server does not take the object (${error.kind}); why is not told, because it holds values from Secrets`
    : `the API server does not take the decrypted object (${error.kind}); decrypt it and apply it with --dry-run=server to see why`;
}

/** An object another Application tracks is taken over only where that Application is gone. */
async function settleShared(run: SyncRun, decision: ApplyDecision): Promise<Exclude<ApplyDecision, { readonly kind: 'shared' }>> {
  if (decision.kind !== 'shared') return decision;
  if (!(await run.deps.applicationExists(decision.instance, run.signal))) return { kind: 'apply' };
  const remedy = `take it out of one of the two, or remove its annotation ${trackingAnnotation}`;
  return { kind: 'refuse', shared: true, message: `it belongs to Application ${decision.instance}; ${remedy}` };
}

/**
 * Changes what is there already. Applying is an answer to the question whether it differs, too, and so nothing is asked before; but where
 * not all differences count, it is compared first.
 */
async function changeObject(run: SyncRun, desired: PreparedObject, seen: LiveObject): Promise<ApplyResult> {
  if (mustRecreate(run, desired, seen)) return recreateObject(run, desired, seen);
  const choices = choicesOf(run, desired);
  const { outOfSyncOnly = false, respectIgnored = false } = choices;
  const isIgnoring = rulesFor(run.options.ignored ?? [], desired.ref).length > 0;
  const isAsked = outOfSyncOnly || (isIgnoring && run.options.mode === 'heal');
  const isMerged = isReplaced(run, desired) || isRecreated(choices) || (isIgnoring && respectIgnored);
  if (!isAsked && !isMerged) return writeObject(run, desired, { seen });
  const whole = await run.deps.cluster.get(desired.type, keyOfRef(desired.ref), run.signal);
  if (whole === undefined || whole.metadata.uid !== seen.uid) return waits(run, desired, `${formatRef(desired.ref)} has just been deleted or made anew; it is looked at again`);
  if (!isAsked || !(await isAsInGit(run, desired, whole))) return writeObject(run, desired, { seen, whole });
  remember(run, desired, whole);
  return unchanged(run, desired);
}

/** Whether an object has its turn in this operation although it is as our last write has left it: what others have of it goes. */
function isWrittenAnyway(run: SyncRun, desired: PreparedObject, live: LiveObject): boolean {
  return mustRecreate(run, desired, live) || isReplaced(run, desired);
}

async function decideAndWrite(run: SyncRun, desired: PreparedObject): Promise<ApplyResult> {
  const { cluster, memory } = run.deps;
  const found = await cluster.get(desired.type, keyOfRef(desired.ref), run.signal, { metadataOnly: true });
  const live = found === undefined ? undefined : liveObject(found, false);
  const decision = await settleShared(run, decideApply(desired, memory.applied.get(refKey(desired.ref)), live, run.options.instance));
  if (decision.kind === 'apply' && live !== undefined) return changeObject(run, desired, live);
  if (decision.kind === 'apply') return writeObject(run, desired);
  if (decision.kind === 'unchanged') return live !== undefined && isWrittenAnyway(run, desired, live) ? changeObject(run, desired, live) : unchanged(run, desired);
  return decision.kind === 'wait' ? waits(run, desired, decision.message) : failed(run, desired, decision.message, decision.shared);
}

/**
 * Brings one object to what Git says: 0 requests where the cached view shows it as our last apply left it, otherwise one
 * metadata read and, where needed, one server-side apply with force. In `compare` mode it writes nothing.
 */
export async function applyObject(run: SyncRun, desired: PreparedObject): Promise<ApplyResult> {
  const { live, memory } = run.deps;
  const seen = live.look(desired.type, keyOfRef(desired.ref));
  const applied = memory.applied.get(refKey(desired.ref));
  const isAsLeft = typeof seen === 'object' && seen.instance === run.options.instance && isUnchanged(desired, applied, seen);
  if (isAsLeft && !isWrittenAnyway(run, desired, seen)) return unchanged(run, desired);
  try {
    return run.options.mode === 'compare' ? await compareObject(run, desired) : await decideAndWrite(run, desired);
  } catch (error) {
    if (error instanceof SopsError) return sealed(run, desired, error);
    return failed(run, desired, reasonOf(run, desired, error));
  }
}
