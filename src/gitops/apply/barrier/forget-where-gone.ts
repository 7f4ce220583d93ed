import type { SyncRun } from '../sync-run.ts';
import { isChartGone } from './chart-gone.ts';
import { letThrough } from './holding.ts';

/** A revision whose chart is gone, its namespace with it, say, is brought in as if it were new: whoever was let through waits again. */
export async function forgetWhereGone(run: SyncRun): Promise<undefined> {
  const { memory } = run.deps;
  const { mode, target } = run.options;
  const isConcerned = run.plan.phases.some(({ objects }) => objects.some(({ awaits }) => awaits !== undefined));
  if (!isConcerned || mode === 'compare' || memory.rebuilding === target) return undefined;
  if (mode === 'sync' && letThrough(run).size === 0) return undefined;
  if (!(await isChartGone(run))) return undefined;
  letThrough(run).clear();
  if (mode === 'heal') memory.rebuilding = target;
  return undefined;
}
