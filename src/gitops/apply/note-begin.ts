import type { SyncRun } from './sync-run.ts';

/** From here on the revision before is not whole any more: something of the one that is brought in is written next. */
export async function noteBegin({ options, deps }: Pick<SyncRun, 'options' | 'deps'>): Promise<undefined> {
  if (options.mode !== 'sync') return undefined;
  deps.memory.untouched = undefined;
  deps.memory.begun = options.target;
  return undefined;
}
