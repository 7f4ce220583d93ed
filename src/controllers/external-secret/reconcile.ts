import type { ExternalSecret } from '../../api/external-secret.ts';
import { externalSecretEvents } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import { formatTime } from '../../runtime/desired-status.ts';
import type { EventNote, Outcome, Reconciled } from '../../runtime/outcome.ts';
import { assemble } from '../../secret/assemble.ts';
import { desiredSecret } from '../../secret/desired-secret.ts';
import { driftOf } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { targetName } from '../../secret/provides.ts';
import { readValues } from '../../secret/read-values.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { storeName } from '../../secret/store-handle.ts';
import type { ActOptions, Applied } from './act.ts';
import { applySecret, deleteOrphans, findRefusal } from './act.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { ExternalSecretEntry, ObserveOptions } from './observe.ts';
import { observe, orphansOf, targetKey } from './observe.ts';
import { failed, stalled, synced, unassembled } from './outcomes.ts';
import { nextRefresh, refreshTimeLag } from './refresh-schedule.ts';

export interface ReconcileOptions extends ObserveOptions, ActOptions {
  readonly reader: StoreReader;
  readonly controllerClass: string;
  /** Keys of the managed Secrets that have the uid among their owners. */
  readonly ownedBy: (uid: string) => Iterable<ObjectKey>;
  /** Asks for another look at an object in some milliseconds. */
  readonly lookAgain: (key: ObjectKey, after: number) => void;
}

/** How long a store may go without a verdict before its ExternalSecrets say so. */
const judgementGrace = 5_000;

/** Observe, decide, act: one ExternalSecret. Undefined: nothing to report. */
export async function reconcileExternalSecret(entry: ExternalSecretEntry, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const observed = observe(entry, options);
  const decision = decide(observed, options.controllerClass);
  switch (decision.kind) {
    case 'ignore':
      return undefined;
    case 'unjudged':
      return unjudged(entry, decision.outcome, options);
    case 'report':
      return report(entry, decision.outcome, options);
    default:
      return sync(entry, decision, options, signal);
  }
}

/** A status now would be one write too many: the verdict on a new store is a moment away, and wakes us. */
function unjudged(entry: ExternalSecretEntry, outcome: Outcome, options: ReconcileOptions): Reconciled | undefined {
  const now = options.clock.monotonic();
  const left = judgementGrace - (now - options.memory.unjudgedSince(entry.metadata.uid ?? '', now));
  if (left <= 0) return report(entry, outcome, options);
  options.lookAgain(keyOf(entry), left);
  return undefined;
}

function report(entry: ExternalSecretEntry, outcome: Outcome, { memory }: ReconcileOptions, more: Omit<Reconciled, 'outcome'> & { readonly refused?: boolean } = {}): Reconciled {
  const { refused = false, status, events = [] } = more;
  memory.recordOutcome(entry.metadata.uid ?? '', outcome.kind, refused);
  const warned = outcome.kind === 'failed' || outcome.kind === 'stalled';
  const warning: readonly EventNote[] = warned ? [{ type: 'Warning', reason: externalSecretEvents.failed, message: outcome.message }] : [];
  return { outcome, events: [...events, ...warning], ...(status === undefined ? {} : { status }) };
}

/** How often a Secret is healed within the span before somebody is taken to fight over it. */
const mostHeals = 5;
const fightSpan = 60_000;

/** Two controllers that write one Secret would else go on for ever, each write a reason for the next. */
function fightOver({ metadata }: ExternalSecretEntry, { memory, clock }: ReconcileOptions): Outcome | undefined {
  if (memory.healsWithin(metadata.uid ?? '', clock.monotonic(), fightSpan) < mostHeals) return undefined;
  return failed(`somebody else changes the Secret again and again: it was healed ${mostHeals} times within a minute, and is tried again after a pause`, fightSpan);
}

/** Reads the provider and brings the Secret in line: all of it, or nothing. */
async function sync(entry: ExternalSecretEntry, decision: Decision & { readonly kind: 'sync' }, options: ReconcileOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { externalSecret, store } = decision;
  const fight = decision.heals ? fightOver(entry, options) : undefined;
  if (fight !== undefined) return report(entry, fight, options);
  if (options.memory.isRefused(entry.metadata.uid ?? '')) {
    // a Secret of somebody else's may change often: that is no reason to read the provider each time
    const refusal = await findRefusal(externalSecret, options, signal);
    if (refusal !== undefined) return report(entry, stalled(refusal), options, { refused: true });
  }
  const started = { at: options.clock.monotonic(), time: options.clock.now() };
  const values = await readValues(options.reader, store, externalSecret.spec, signal);
  const assembled = assemble(externalSecret.spec, values);
  if (!assembled.ok) return report(entry, unassembled(storeName(externalSecret.spec.secretStoreRef), assembled.problems), options);

  // reading takes time: what has changed meanwhile has an event of its own and is looked at again
  const fresh = stillWanted(entry, decision, options);
  if (fresh === undefined) return undefined;
  const desired = desiredSecret(externalSecret, assembled.data);
  const applied = await write({ externalSecret, desired, live: fresh.live }, options, signal);
  if (applied.kind === 'refused') return report(entry, stalled(applied.message), options, { refused: true });
  if (applied.kind === 'written') {
    if (decision.heals) options.memory.recordHeal(entry.metadata.uid ?? '', started.at, fightSpan);
    const drift = driftOf(applied.live, desired);
    if (drift.kind === 'update') return report(entry, failed(`the API server keeps Secret "${desired.name}" otherwise than it was written (${drift.differs.join(', ')}): does an admission webhook change it?`), options);
  }

  const version = resourceVersionOf(entry.metadata);
  // only a change of the object leaves one behind
  const renamed = options.memory.lastSync(entry.metadata.uid ?? '')?.version !== version;
  const orphans = renamed ? orphansOf(externalSecret, options.ownedBy(entry.metadata.uid ?? ''), options.caches) : [];
  const notes = await deleteOrphans(orphans, options, signal);
  options.memory.recordSync(entry.metadata.uid ?? '', { version, provider: decision.provider, ...started });
  const status = syncedStatus(externalSecret, applied, { version, time: started.time });
  const events = [...(applied.kind === 'written' ? [applied.event] : []), ...notes];
  return report(entry, synced(nextRefresh(externalSecret, started.at) - options.clock.monotonic()), options, { events, ...(status === undefined ? {} : { status }) });
}

async function write(attempt: Parameters<typeof applySecret>[0], options: ReconcileOptions, signal: AbortSignal): Promise<Applied> {
  const key = targetKey(attempt.externalSecret);
  options.memory.beginWrite(key);
  let live: LiveSecret | undefined;
  try {
    const applied = await applySecret(attempt, options, signal);
    if (applied.kind === 'written') ({ live } = applied);
    return applied;
  } finally {
    options.memory.endWrite(key, live);
  }
}

/** The same decision again, on what is known now; undefined where it has become another one. */
function stillWanted(entry: ExternalSecretEntry, decision: Decision & { readonly kind: 'sync' }, options: ReconcileOptions): ReturnType<typeof observe> | undefined {
  const current = options.caches.externalSecrets.get(keyOf(entry));
  if (current === undefined || current.metadata.uid !== entry.metadata.uid || current.metadata.generation !== entry.metadata.generation) return undefined;
  const observed = observe(current, options);
  const again = decide(observed, options.controllerClass);
  return again.kind === 'sync' && again.provider === decision.provider ? observed : undefined;
}

/** What a success adds to the status; undefined where it changed nothing that is worth a write. */
function syncedStatus(externalSecret: ExternalSecret, applied: Applied, { version, time }: { readonly version: string; readonly time: number }): Reconciled['status'] {
  const { metadata, status } = externalSecret;
  const ready = status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  const lag = time - Date.parse(status.refreshTime ?? '');
  const current = applied.kind === 'unchanged' && ready && status.syncedResourceVersion === version && lag < refreshTimeLag(metadata.uid ?? '');
  return current ? undefined : { refreshTime: formatTime(time), syncedResourceVersion: version, binding: { name: targetName(externalSecret) } };
}
