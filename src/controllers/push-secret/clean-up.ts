import { pushSecretReasons } from '../../api/names.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import type { SyncedEntries } from '../../api/pushed-entry.ts';
import type { Log } from '../../lib/log.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { countEntries } from '../../secret/push/synced-entries.ts';
import { changeFinalizer } from './finalizer.ts';
import type { PushSecretEntry } from './caches.ts';
import { namespaceOf } from './caches.ts';
import type { PushProblem } from './outcomes.ts';
import { failed, sourceDeleted, unsynced, waiting } from './outcomes.ts';
import type { PushContext } from './push.ts';
import { readSources } from './read-sources.ts';
import { removeFromStore } from './remove-from-store.ts';

export interface CleanUpContext extends PushContext {
  /** Milliseconds for which what was pushed is tried to be removed where the namespace goes. */
  readonly leavingGrace: number;
  readonly events: EventSink;
  readonly log: Log;
  readonly cluster: PushContext['cluster'] & Parameters<typeof changeFinalizer>[2];
}

/**
 * A PushSecret is on its way out: what it pushed goes from the providers first, where it is to go. Undefined: it is done. A namespace that
 * goes takes credentials and stores along, in whatever order: it is held up for a while, not for ever.
 */
export async function finish(entry: PushSecretEntry, context: CleanUpContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  if (entry.deletes) {
    const { left, problems, wasOut } = await removeAll(entry, context, signal);
    const patience = problems.length === 0 ? 0 : patienceLeft(entry, problems, context);
    if (patience === Infinity) return { outcome: unsynced(problems), status: { syncedPushSecrets: left } };
    if (patience > 0) return { outcome: failed(unsynced(problems).message, Math.min(patience, leavingRetry)), status: { syncedPushSecrets: left } };
    if (problems.length > 0) tellLeft(entry, left, problems, context);
    // nothing of it is ours
    else if (countEntries(left) > 0 && countEntries(left) === wasOut) return undefined;
    else if (countEntries(left) > 0) return { outcome: waiting('what was pushed to stores of another controller is for that one to remove'), status: { syncedPushSecrets: left } };
  }
  await changeFinalizer(entry, 'remove', context.cluster, signal);
  context.memory.forget(entry.metadata.uid ?? '');
  return undefined;
}

/** Milliseconds between two attempts while the namespace goes. */
const leavingRetry = 5_000;

/** How long a PushSecret still waits for what cannot be removed; Infinity: for as long as it takes. */
function patienceLeft({ metadata }: PushSecretEntry, problems: readonly PushProblem[], { caches, memory, clock, leavingGrace }: CleanUpContext): number {
  if (!namespaceOf({ metadata }, caches).terminating) return Infinity;
  // nothing can be made there any more: what is missing stays missing
  if (problems.every(({ isFinal }) => isFinal === true)) return 0;
  const now = clock.monotonic();
  return Math.max(0, memory.leavingSince(metadata.uid ?? '', now) + leavingGrace - now);
}

/** How many places a message names. */
const mostNamed = 5;

/** A namespace that goes may take no events any more: the log tells it, too. */
function tellLeft(entry: PushSecretEntry, left: SyncedEntries, problems: readonly PushProblem[], { events, log }: CleanUpContext): void {
  const places = Object.entries(left).flatMap(([store, entries]) => Object.keys(entries).map((key) => `${store}: ${key}`));
  const named = [...places.slice(0, mostNamed), ...(places.length > mostNamed ? [`and ${places.length - mostNamed} more`] : [])].join(', ');
  const message = `the namespace goes, and what was pushed stays at the providers (${named}): ${unsynced(problems).message}`;
  events.record(entry, { type: 'Warning', reason: pushSecretReasons.failed, message });
  log.warn({ pushSecret: formatKey(keyOf(entry)), left: places.slice(0, mostNamed), count: places.length }, 'what a PushSecret pushed stays at the providers: its namespace goes');
}

/** What a PushSecret pushed is gone, and goes from the providers. Undefined: it is there after all, and news of it are on their way. */
export async function cleanUp(pushSecret: PushSecret, entry: PushSecretEntry, context: CleanUpContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  // a cache may be behind, and nothing brings back what is removed
  const read = await readSources(pushSecret, context, signal);
  if (read.kind !== 'missing') return undefined;
  const { left, problems } = await removeAll(entry, context, signal);
  context.memory.recordDigests(entry.metadata.uid ?? '', new Map());
  const status = { syncedPushSecrets: left };
  if (problems.length > 0) return { outcome: unsynced(problems), status };
  return { outcome: sourceDeleted, status, events: [{ type: 'Normal', reason: sourceDeleted.reason, message: sourceDeleted.message }] };
}

interface AllRemoved {
  readonly left: SyncedEntries;
  readonly problems: readonly PushProblem[];
  /** How many entries were out there before. */
  readonly wasOut: number;
}

async function removeAll(entry: PushSecretEntry, context: CleanUpContext, signal: AbortSignal): Promise<AllRemoved> {
  const namespace = namespaceOf(entry, context.caches);
  const { uid = '' } = entry.metadata;
  const out = context.memory.outThere(uid, entry.synced);
  const parts = await Promise.all(Object.entries(out).map(async ([key, entries]) => ({ key, ...(await removeFromStore(key, Object.values(entries), namespace, context, signal)) })));
  const left = Object.fromEntries(parts.flatMap(({ key, left: rest }) => (Object.keys(rest).length === 0 ? [] : [[key, rest]])));
  context.memory.recordSynced(uid, left);
  return { left, problems: parts.flatMap(({ problems }) => problems), wasOut: countEntries(out) };
}
