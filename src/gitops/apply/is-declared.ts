import type { PhaseName } from '../plan/plan.ts';
import { declaredObjects } from './barrier/declared.ts';
import { refKey, refOf } from './object/object-ref.ts';
import type { Stop, SyncRun } from './sync-run.ts';

const beforeBarrier: ReadonlySet<PhaseName> = new Set(['namespace', 'plumbing', 'secrets', 'barrier']);

/** Whether a pass that has ended early got past its barrier, with all that makes Secrets written as the plan has it, and nobody held back for one. */
export function isDeclared({ plan, outcomes, deps: { memory } }: SyncRun, stop: Stop): boolean {
  if (beforeBarrier.has(stop.phase) || stop.isForSecrets === true || memory.awaitedProducers.size > 0) return false;
  return declaredObjects(plan).every(({ object }) => outcomes.get(refKey(refOf(object)))?.status === 'Synced');
}
