import type { SyncedEntries } from '../../api/pushed-entry.ts';
import type { StoreEntries } from '../../secret/push/synced-entries.ts';
import { listEntries, mergeEntries, staleEntries } from '../../secret/push/synced-entries.ts';
import type { Observed } from './observe.ts';
import type { PushProblem } from './outcomes.ts';
import type { PushMemory } from './push-memory.ts';
import type { StorePushed } from './push-to-store.ts';
import type { RemoveOptions } from './remove-from-store.ts';
import { removeFromStore } from './remove-from-store.ts';

/** What is out there after a push. */
export interface Settled {
  readonly synced: SyncedEntries;
  readonly problems: readonly PushProblem[];
  /** Whether anything was removed. */
  readonly removed: boolean;
}

export interface SettleOptions extends RemoveOptions {
  readonly memory: PushMemory;
}

/**
 * Works out what is out there now, and removes what is no longer pushed. Nothing is removed before all that takes its place is there:
 * in a store that something could not be pushed to, and in those that are given up for it, all stays.
 */
export async function settle({ entry, stores, namespace }: Observed, pushed: readonly StorePushed[], isClean: boolean, options: SettleOptions, signal: AbortSignal): Promise<Settled> {
  const out = options.memory.outThere(entry.metadata.uid ?? '', entry.synced);
  const current = new Map(pushed.map((one) => [one.target.key, one]));
  const keys = [...new Set([...current.keys(), ...Object.keys(out)])];
  const parts = await Promise.all(keys.map(async (key): Promise<Part> => {
    const old = out[key] ?? {};
    const one = current.get(key);
    const held = listEntries(one?.held ?? []);
    const isGivenUp = one === undefined && !stores.left.has(key);
    const isDone = one === undefined ? isGivenUp && isClean : one.problems.length === 0;
    if (!isDone) return { key, entries: mergeEntries(held, old), problems: [], removed: false };
    const stale = staleEntries(old, one?.wanted ?? []);
    const { left, problems } = entry.deletes ? await removeFromStore(key, stale, namespace, options, signal) : { left: {}, problems: [] };
    const entries = mergeEntries(held, left);
    return { key, entries: isGivenUp && Object.keys(entries).length === 0 ? undefined : entries, problems, removed: entry.deletes && stale.length > Object.keys(left).length };
  }));
  const synced = Object.fromEntries(parts.flatMap(({ key, entries }) => (entries === undefined ? [] : [[key, entries]])));
  options.memory.recordSynced(entry.metadata.uid ?? '', synced);
  return {
    synced,
    problems: parts.flatMap(({ problems }) => problems),
    removed: parts.some(({ removed }) => removed),
  };
}

interface Part {
  readonly key: string;
  readonly entries: StoreEntries | undefined;
  readonly problems: readonly PushProblem[];
  readonly removed: boolean;
}
