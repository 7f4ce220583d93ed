import { phaseObjects } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import { hooksStep, removeDoneHooks, runsHooks } from './hooks-step.ts';

/** Why this very operation has failed, where its SyncFail hooks still run: it is not tried again before they are done. */
export function failureOf({ options, deps: { memory } }: Pick<SyncRun, 'options' | 'deps'>): Stop | undefined {
  return options.mode === 'sync' && memory.failed?.operation === options.operation ? memory.failed.stop : undefined;
}

/**
 * After a step has failed: runs the hooks that are for this, once in each attempt, and waits for them. What was refused before anything was
 * written has not failed. A newer commit supersedes this wait, too.
 */
export async function syncFailStep(run: SyncRun, stop: Stop): Promise<Stop> {
  const { memory } = run.deps;
  const isFailure = stop.kind === 'failed' && stop.phase !== 'namespace';
  if (!isFailure || !runsHooks(run) || phaseObjects(run.plan, 'syncFail').length === 0) return stop;
  memory.failed = { operation: run.options.operation, stop };
  const hooks = await hooksStep(run, 'syncFail');
  const message = hooks === undefined ? stop.message : `${stop.message}; ${hooks.message}`;
  if (hooks?.kind === 'waiting') return { kind: 'waiting', phase: 'syncFail', message };
  memory.failed = undefined;
  if (hooks === undefined) await removeDoneHooks(run, ['syncFail']);
  return { ...stop, message };
}
