import type { ObjectKey } from '../../api/object.ts';
import { keyOf } from '../../api/object.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import type { Outcome, Reconciled } from '../../runtime/outcome.ts';
import { assemble } from '../../secret/assemble.ts';
import type { DesiredSecret } from '../../secret/desired-secret.ts';
import { desiredSecret } from '../../secret/desired-secret.ts';
import { driftOf } from '../../secret/drift.ts';
import type { LiveSecret } from '../../secret/live-secret.ts';
import { readValues } from '../../secret/read-values.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';
import { storeName } from '../../secret/store-handle.ts';
import type { ActOptions, Applied } from './act.ts';
import { applySecret, deleteOrphans, findRefusal } from './act.ts';
import type { Decision } from './decide.ts';
import { decide } from './decide.ts';
import type { ExternalSecretEntry, Observed, ObserveOptions } from './observe.ts';
import { observe, orphansOf, targetKey } from './observe.ts';
import { failed, stalled, synced, unassembled } from './outcomes.ts';
import { nextRefresh } from './refresh-schedule.ts';
import { report, statusAfterSync } from './report.ts';

export interface SyncOptions extends ObserveOptions, ActOptions {
  readonly reader: StoreReader;
  readonly controllerClass: string;
  /** Keys of the managed Secrets that have the uid among their owners. */
  readonly ownedBy: (uid: string) => Iterable<ObjectKey>;
}

type SyncDecision = Decision & { readonly kind: 'sync' };

/** Reads the provider and brings the Secret in line: all of it, or nothing. Undefined: overtaken by events, which come back here. */
export async function sync(entry: ExternalSecretEntry, decision: SyncDecision, options: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { memory, clock } = options;
  const obstacle = await findObstacle(entry, decision, options, signal);
  if (obstacle !== undefined) return obstacle;

  const { externalSecret } = decision;
  const started = { at: clock.monotonic(), time: clock.now() };
  const assembled = assemble(externalSecret.spec, await readValues(options.reader, decision.store, externalSecret.spec, signal));
  if (!assembled.ok) return report(entry, unassembled(storeName(externalSecret.spec.secretStoreRef), assembled.problems), memory);

  // reading takes time: what has changed meanwhile has an event of its own and is looked at again
  const fresh = stillWanted(entry, decision, options);
  if (fresh === undefined) return undefined;
  const desired = desiredSecret(externalSecret, assembled.data);
  const applied = await write({ externalSecret, desired, live: fresh.live }, options, signal);
  if (applied.kind === 'refused') return report(entry, stalled(applied.message), memory, { refused: true });
  if (applied.kind === 'written' && decision.heals) memory.recordHeal(entry.metadata.uid ?? '', started.at, fightSpan);
  const altered = applied.kind === 'written' ? alteration(applied.live, desired) : undefined;
  if (altered !== undefined) return report(entry, altered, memory);

  const notes = await removeOrphans(decision, options, signal);
  const last = { version: resourceVersionOf(entry.metadata), provider: decision.provider, ...started };
  memory.recordSync(entry.metadata.uid ?? '', last);
  const status = statusAfterSync(externalSecret, last, applied.kind === 'written');
  const events = [...(applied.kind === 'written' ? [applied.event] : []), ...notes];
  return report(entry, synced(nextRefresh(externalSecret, started.at) - clock.monotonic()), memory, { events, ...(status === undefined ? {} : { status }) });
}

/** What makes a read of the provider pointless. */
async function findObstacle(entry: ExternalSecretEntry, decision: SyncDecision, { cluster, memory, clock }: SyncOptions, signal: AbortSignal): Promise<Reconciled | undefined> {
  const { uid = '' } = entry.metadata;
  if (decision.heals && memory.healsWithin(uid, clock.monotonic(), fightSpan) >= mostHeals) return report(entry, fight, memory);
  // a Secret of somebody else's may change often: that is no reason to read the provider each time
  const refusal = memory.isRefused(uid) ? await findRefusal(decision.externalSecret, { cluster }, signal) : undefined;
  return refusal === undefined ? undefined : report(entry, stalled(refusal), memory, { refused: true });
}

/** How often a Secret is healed within the span before somebody is taken to fight over it: each write is a reason for the next. */
const mostHeals = 5;
const fightSpan = 60_000;
const fight = failed(`somebody else changes the Secret again and again: it was healed ${mostHeals} times within a minute, and is tried again after a pause`, fightSpan);

/** The same decision again, on what is known now; undefined where it has become another one. */
function stillWanted(entry: ExternalSecretEntry, decision: SyncDecision, options: SyncOptions): Observed | undefined {
  const current = options.caches.externalSecrets.get(keyOf(entry));
  if (current === undefined || current.metadata.uid !== entry.metadata.uid || current.metadata.generation !== entry.metadata.generation) return undefined;
  const observed = observe(current, options);
  const again = decide(observed, options.controllerClass);
  return again.kind === 'sync' && again.provider === decision.provider ? observed : undefined;
}

async function write(attempt: Parameters<typeof applySecret>[0], options: SyncOptions, signal: AbortSignal): Promise<Applied> {
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

/** A Secret that comes back otherwise than it was written would be written for ever. */
function alteration(live: LiveSecret, desired: DesiredSecret): Outcome | undefined {
  const drift = driftOf(live, desired);
  if (drift.kind !== 'update') return undefined;
  return failed(`the API server keeps Secret "${desired.name}" otherwise than it was written (${drift.differs.join(', ')}): does an admission webhook change it?`);
}

/** Only a change of the object leaves a Secret behind; after a restart it may have happened unseen. */
async function removeOrphans({ externalSecret }: SyncDecision, options: SyncOptions, signal: AbortSignal): ReturnType<typeof deleteOrphans> {
  const { uid = '' } = externalSecret.metadata;
  if (options.memory.lastSync(uid)?.version === resourceVersionOf(externalSecret.metadata)) return [];
  return deleteOrphans(orphansOf(externalSecret, options.ownedBy(uid), options.caches), options, signal);
}
