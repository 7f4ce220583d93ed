import type { PhaseName } from '../plan/plan.ts';
import { isHook } from '../plan/runtime/place.ts';
import { declaredObjects } from './barrier/declared.ts';
import { refKey, refOf } from './object/object-ref.ts';
import type { Stop, SyncRun } from './sync-run.ts';

const beforeBarrier: ReadonlySet<PhaseName> = new Set(['namespace', 'plumbing', 'secrets', 'barrier']);

/**
 * Whether a pass that has ended early got past its barrier, with all that makes Secrets written as the plan has it, and with whoever awaits what
 * is made as something runs: one that it has not come to may still have to wait.
 */
export function isDeclared({ plan, outcomes, deps: { memory } }: SyncRun, stop: Stop): boolean {
  if (beforeBarrier.has(stop.phase) || stop.isForSecrets === true || memory.awaitedProducers.size > 0) return false;
  const awaiting = plan.phases.flatMap(({ objects }) => objects.filter(({ awaits = [] }) => awaits.length > 0));
  // healing runs no hooks
  return [...declaredObjects(plan), ...awaiting].every((one) => isHook(one) || outcomes.get(refKey(refOf(one.object)))?.status === 'Synced');
}
