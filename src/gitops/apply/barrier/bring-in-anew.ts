import type { SyncRun } from '../sync-run.ts';
import { isChartGone } from './chart-gone.ts';
import { hasPassed, isAboutTheSame } from './has-passed.ts';
import { awaitsNeeds, letThrough } from './holding.ts';
import { noteGate } from './note-gate.ts';

/** Whether it has to be known that nothing of the chart is left: somebody awaits what others make as they run, and may have been let through. */
function isGoneOfInterest(run: SyncRun): boolean {
  const isConcerned = run.plan.phases.some(({ objects }) => objects.some(({ awaits }) => awaits !== undefined));
  return isConcerned && (!awaitsNeeds(run) || letThrough(run).size > 0);
}

/**
 * A revision that is in, and whose chart is gone, its namespace with it, say, or that needs something else than when it was brought in, is
 * brought in as if it were new. Where the chart is gone, whoever was let through waits again.
 */
export async function bringInAnew(run: SyncRun): Promise<undefined> {
  const { memory } = run.deps;
  const { mode, target, isTouched } = run.options;
  if (mode === 'compare') return undefined;
  const hasChanged = noteGate(run, 'own');
  const isGone = isGoneOfInterest(run) && (await isChartGone(run));
  if (isGone) letThrough(run).clear();
  // what was declared for another revision in between is awaited, and what is in is whole all the same
  const isOther = async (): Promise<boolean> => (isTouched === true ? !(await isAboutTheSame(run)) : !(await hasPassed(run)));
  const isAnew = mode === 'heal' && memory.rebuilding !== target && (isGone || hasChanged || (await isOther()));
  // also where a sync writes something else of what is in already, or nothing is needed any more: until that has come to its end, neither is whole
  if (isAnew || !(await isAboutTheSame(run))) await run.deps.onAnew?.(run.signal);
  if (isAnew) memory.rebuilding = target;
  return undefined;
}
