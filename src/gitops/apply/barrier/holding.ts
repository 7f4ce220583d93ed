import type { SyncRun } from '../sync-run.ts';

/** The objects that were let through for the target, by `refKey`. */
export function letThrough({ deps: { memory }, options: { target } }: SyncRun): Set<string> {
  if (memory.letThrough?.target !== target) memory.letThrough = { target, objects: new Set() };
  return memory.letThrough.objects;
}

/** Whether a pass holds anything back: one that brings a revision in, or brings it in anew. Nothing runs on a cluster that only records. */
export function isHeldAtAll({ options: { mode, target }, deps: { cluster, memory } }: SyncRun): boolean {
  return cluster.kind !== 'recorded' && (mode === 'sync' || (mode === 'heal' && memory.rebuilding === target));
}
