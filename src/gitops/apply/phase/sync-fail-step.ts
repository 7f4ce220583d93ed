import type { PhaseName } from '../../plan/plan.ts';
import { phaseObjects } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import { hooksStep, removeDoneHooks, runsHooks } from './hooks-step.ts';

/** Behind the barrier. Before it, the accounts and Secrets that a hook needs may be what has failed. */
const hookedPhases: ReadonlySet<PhaseName> = new Set(['crds', 'preSync', 'waves', 'postSync', 'prune']);

/** How long SyncFail hooks may hold up the next attempt, in milliseconds. */
const doneWithin = 600_000;

/** Why this very operation has failed, where its SyncFail hooks still run: it is not tried again before they are done. */
export function failureOf({ options, deps: { memory } }: Pick<SyncRun, 'options' | 'deps'>): Stop | undefined {
  return options.mode === 'sync' && memory.failed?.operation === options.operation ? memory.failed.stop : undefined;
}

/**
 * After a step has failed: runs the hooks that are for this, once in each attempt, and waits for them. What was refused before anything was
 * written has not failed. A newer commit supersedes this wait, too.
 */
export async function syncFailStep(run: SyncRun, stop: Stop): Promise<Stop> {
  const { memory, clock } = run.deps;
  const { operation } = run.options;
  const isFailure = stop.kind === 'failed' && hookedPhases.has(stop.phase);
  if (!isFailure || !runsHooks(run) || phaseObjects(run.plan, 'syncFail').length === 0) return stop;
  const since = memory.failed?.operation === operation ? memory.failed.since : clock.monotonic();
  memory.failed = { operation, stop, since };
  const hooks = await hooksStep(run, 'syncFail');
  const message = hooks === undefined ? stop.message : `${stop.message}; ${hooks.message}`;
  const isLate = clock.monotonic() - since > doneWithin;
  if (hooks?.kind === 'waiting' && !isLate) return { kind: 'waiting', phase: 'syncFail', message };
  memory.failed = undefined;
  if (hooks === undefined) await removeDoneHooks(run, ['syncFail']);
  return { ...stop, message: hooks?.kind === 'waiting' ? `${message}, for more than ${doneWithin / 1000} s` : message };
}
