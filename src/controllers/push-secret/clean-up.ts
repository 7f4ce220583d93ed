import type { PushSecret } from '../../api/push-secret.ts';
import type { SyncedEntries } from '../../api/pushed-entry.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { countEntries } from '../../secret/push/synced-entries.ts';
import { changeFinalizer } from './finalizer.ts';
import type { PushSecretEntry } from './caches.ts';
import { namespaceOf } from './caches.ts';
import type { PushProblem } from './outcomes.ts';
import { sourceDeleted, unsynced, waiting } from './outcomes.ts';
import type { PushContext } from './push.ts';
import { readSources } from './read-sources.ts';
import { removeFromStore } from './remove-from-store.ts';

export interface CleanUpContext extends PushContext {
  readonly cluster: PushContext['cluster'] & Parameters<typeof changeFinalizer>[2];
}

/** A PushSecret is on its way out: what it pushed goes from the providers first, where it is to go. Undefined: it is done. */
export async function finish(entry: PushSecretEntry, context: CleanUpContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  if (entry.deletes) {
    const { left, problems, wasOut } = await removeAll(entry, context, signal);
    if (problems.length > 0) return { outcome: unsynced(problems), status: { syncedPushSecrets: left } };
    // nothing of it is ours
    if (countEntries(left) > 0 && countEntries(left) === wasOut) return undefined;
    if (countEntries(left) > 0) return { outcome: waiting('what was pushed to stores of another controller is for that one to remove'), status: { syncedPushSecrets: left } };
  }
  await changeFinalizer(entry, 'remove', context.cluster, signal);
  context.memory.forget(entry.metadata.uid ?? '');
  return undefined;
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
