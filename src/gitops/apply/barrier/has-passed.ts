import type { SyncRun } from '../sync-run.ts';
import { gateIdentity } from './gate-identity.ts';
import { isSameGate, withValues } from './gate-record.ts';

/**
 * Whether the barrier has opened for a target and for what it needs now: a later failure of a provider must not block healing. What charts are
 * told by the cluster changes what a revision needs without a new commit; then what it needs is awaited anew.
 */
export async function hasPassed({ plan, options, gate, deps: { memory } }: SyncRun): Promise<boolean> {
  const { mode, target, gateAll, admitted } = options;
  if (plan.needs.length === 0 && !gateAll) return true;
  if (memory.opened?.target === target) return memory.opened.gate === gateIdentity(plan);
  if (mode !== 'heal' || memory.rebuilding === target) return false;
  if (admitted === undefined) return true;
  const now = await gate?.();
  return now !== undefined && isSameGate(withValues(admitted), withValues(now));
}
