import type { SyncRun } from '../sync-run.ts';
import { gateIdentity } from './gate-identity.ts';
import { isSameGate, withValues } from './gate-record.ts';

/** Whether the barrier is about what it was about when the target was brought in, as far as that is on record. */
export async function isAboutTheSame({ options: { admitted }, gate }: SyncRun): Promise<boolean> {
  return admitted === undefined || isSameGate(withValues(admitted), withValues(await gate?.()));
}

/**
 * Whether the barrier has opened for a target and for what it needs now: a later failure of a provider must not block healing. What charts are
 * told by the cluster changes what a revision needs without a new commit; then what it needs is awaited anew.
 */
export async function hasPassed(run: SyncRun): Promise<boolean> {
  const { plan, options: { mode, target, gateAll, isTouched }, deps: { memory } } = run;
  if (plan.needs.length === 0 && !gateAll) return true;
  if (memory.opened?.target === target) return memory.opened.gate === gateIdentity(plan);
  if (mode !== 'heal' || memory.rebuilding === target || isTouched === true) return false;
  return isAboutTheSame(run);
}
