import type { SyncRun } from '../sync-run.ts';
import { isChartGone } from './chart-gone.ts';
import { hasPassed } from './has-passed.ts';
import { letThrough } from './holding.ts';

/**
 * A revision that is in, and whose chart is gone, its namespace with it, say, or that needs something else than when it was brought in, is
 * brought in as if it were new: whoever was let through waits again.
 */
export async function bringInAnew(run: SyncRun): Promise<undefined> {
  const { memory } = run.deps;
  const { mode, target } = run.options;
  if (mode === 'compare' || memory.rebuilding === target) return undefined;
  if (mode === 'heal' && !hasPassed(run)) {
    memory.rebuilding = target;
    return undefined;
  }
  const isConcerned = run.plan.phases.some(({ objects }) => objects.some(({ awaits }) => awaits !== undefined));
  if (!isConcerned || (mode === 'sync' && letThrough(run).size === 0)) return undefined;
  if (!(await isChartGone(run))) return undefined;
  letThrough(run).clear();
  if (mode === 'heal') memory.rebuilding = target;
  return undefined;
}
