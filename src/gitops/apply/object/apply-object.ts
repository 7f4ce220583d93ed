import type { KubeObject } from '../../../api/object.ts';
import { decideApply, isUnchanged } from './apply-decision.ts';
import type { ApplyDecision } from './apply-decision.ts';
import { SopsError } from '../../../seal/sops/sops-error.ts';
import { compareObject } from './compare-object.ts';
import { liveObject } from './live-view.ts';
import type { LiveObject } from './live-view.ts';
import { holdsSecrets, mayQuote } from './may-quote.ts';
import { formatRef, keyOfRef, refKey } from './object-ref.ts';
import type { PreparedObject } from './prepared-object.ts';
import { openObject } from './open-object.ts';
import { trackingAnnotation } from './tracking.ts';
import { failureMessage, fieldManager, formatOrigin, record, say, tell } from '../sync-run.ts';
import type { ApplyResult, ObjectOutcome, SyncRun } from '../sync-run.ts';

const done: ApplyResult = { kind: 'done' };

function outcome(desired: PreparedObject, more: Pick<ObjectOutcome, 'status' | 'change' | 'message'>): ObjectOutcome {
  return { ref: desired.ref, phase: desired.phase, wave: desired.wave, hook: undefined, ...more };
}

function unchanged(run: SyncRun, desired: PreparedObject): ApplyResult {
  record(run, outcome(desired, { status: 'Synced', change: 'unchanged', message: 'unchanged' }));
  say(run, { phase: desired.phase, kind: 'object', message: 'unchanged', object: desired.ref });
  return done;
}

function failed(run: SyncRun, desired: PreparedObject, reason: string, shared?: true): ApplyResult {
  const message = `${formatRef(desired.ref)} (${formatOrigin(desired.origin)}): ${reason}`;
  record(run, { ...outcome(desired, { status: 'SyncFailed', change: 'none', message: reason }), ...(shared === undefined ? {} : { shared }) });
  say(run, { phase: desired.phase, kind: 'failed', message: reason, object: desired.ref });
  return { kind: 'failed', message };
}

/** A file that does not open: another key, or a service that answers, is waited for; a file that was changed is a failure. */
function sealed(run: SyncRun, desired: PreparedObject, { kind, message }: SopsError): ApplyResult {
  const reason = `encrypted with SOPS: ${message}`;
  if (kind === 'document') return failed(run, desired, reason);
  record(run, outcome(desired, { status: 'OutOfSync', change: 'none', message: reason }));
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

/** Remembers what an apply left, so that nothing is asked or written while it stays so. */
function remember(run: SyncRun, desired: PreparedObject, written: KubeObject): void {
  const { uid = '', resourceVersion = '', generation } = written.metadata;
  run.deps.memory.applied.set(refKey(desired.ref), { hash: desired.hash, uid, resourceVersion, generation });
}

function changeOf(before: LiveObject | undefined, after: KubeObject): 'created' | 'configured' | 'unchanged' {
  if (before === undefined || before.uid !== after.metadata.uid) return 'created';
  return before.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'configured';
}

async function write(run: SyncRun, desired: PreparedObject, before: LiveObject | undefined): Promise<ApplyResult> {
  const { cluster } = run.deps;
  const after = await cluster.apply(desired.type, await openObject(run, desired), { fieldManager, force: true, holdsValues: holdsSecrets(desired) }, run.signal);
  remember(run, desired, after);
  const change = changeOf(before, after);
  if (change === 'unchanged') return unchanged(run, desired);
  const message = run.options.mode === 'heal' ? `healed: ${before === undefined ? 'made again' : 'put back to what Git says'}` : change;
  record(run, outcome(desired, { status: 'Synced', change, message }));
  tell(run, { phase: desired.phase, kind: 'object', message, object: desired.ref });
  return done;
}

/** An object another Application tracks is taken over only where that Application is gone. */
async function settleShared(run: SyncRun, decision: ApplyDecision): Promise<Exclude<ApplyDecision, { readonly kind: 'shared' }>> {
  if (decision.kind !== 'shared') return decision;
  if (!(await run.deps.applicationExists(decision.instance, run.signal))) return { kind: 'apply' };
  const remedy = `take it out of one of the two, or remove its annotation ${trackingAnnotation}`;
  return { kind: 'refuse', shared: true, message: `it belongs to Application ${decision.instance}; ${remedy}` };
}

async function decideAndWrite(run: SyncRun, desired: PreparedObject): Promise<ApplyResult> {
  const { cluster, memory } = run.deps;
  const found = await cluster.get(desired.type, keyOfRef(desired.ref), run.signal, { metadataOnly: true });
  const live = found === undefined ? undefined : liveObject(found, false);
  const decision = await settleShared(run, decideApply(desired, memory.applied.get(refKey(desired.ref)), live, run.options.instance));
  if (decision.kind === 'unchanged') return unchanged(run, desired);
  if (decision.kind === 'apply') return write(run, desired, live);
  if (decision.kind === 'wait') {
    record(run, outcome(desired, { status: 'OutOfSync', change: 'none', message: decision.message }));
    return { kind: 'waiting', message: decision.message };
  }
  return failed(run, desired, decision.message, decision.shared);
}

/**
 * Brings one object to what Git says: 0 requests where the cached view shows it as our last apply left it, otherwise one
 * metadata read and, where needed, one server-side apply with force. In `compare` mode it writes nothing.
 */
export async function applyObject(run: SyncRun, desired: PreparedObject): Promise<ApplyResult> {
  const { live, memory } = run.deps;
  const seen = live.look(desired.type, keyOfRef(desired.ref));
  const applied = memory.applied.get(refKey(desired.ref));
  if (typeof seen === 'object' && seen.instance === run.options.instance && isUnchanged(desired, applied, seen)) return unchanged(run, desired);
  try {
    return run.options.mode === 'compare' ? await compareObject(run, desired) : await decideAndWrite(run, desired);
  } catch (error) {
    if (error instanceof SopsError) return sealed(run, desired, error);
    return failed(run, desired, reasonOf(run, desired, error));
  }
}
