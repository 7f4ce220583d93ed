import { isDeepStrictEqual } from 'node:util';
import type { SyncDeps, SyncOptions } from '../../gitops/apply/sync-run.ts';
import type { SyncResult } from '../../gitops/apply/sync.ts';
import { healAll, healChart } from '../../gitops/apply/sync.ts';
import type { Observed } from './observe.ts';
import type { PlanCache } from './plan-cache.ts';

export interface Pass {
  readonly options: SyncOptions;
  readonly result: SyncResult;
  readonly deps: SyncDeps;
  readonly plans: Pick<PlanCache, 'at'>;
}

/** The commit that is in, where it is another one than the target, of the same source. */
function previousCommit({ application, target }: Observed): string | undefined {
  const last = application.status.history?.at(-1);
  const isCommit = last?.revision !== undefined && /^[0-9a-f]{40,64}$/.test(last.revision);
  return isCommit && last.revision !== target.revision && isDeepStrictEqual(last.source, target.source) ? last.revision : undefined;
}

/** While a new revision waits for its Secrets, or for other Applications, the one before keeps running, and what has drifted of it is put back. */
export async function healPrevious(observed: Observed, pass: Pass, signal: AbortSignal): Promise<void> {
  const { application, request } = observed;
  const commit = previousCommit(observed);
  const { stop } = pass.result;
  // one of those may have got worse while this revision was half in: then there is nothing whole to go back to
  const isAhead = stop?.isForApplications === true && pass.deps.memory.begun !== pass.options.target;
  const waits = stop?.kind === 'waiting' && (stop.phase === 'barrier' || isAhead);
  if (!waits || commit === undefined || application.spec.syncPolicy.automated?.selfHeal !== true) return;
  const previous = await pass.plans.at(request, commit, signal);
  if (previous === undefined) return;
  const before = { plan: previous.plan, options: pass.options };
  // whoever waits for other Applications has written nothing: all of the revision before is still in
  await (isAhead ? healAll(before, pass.deps, signal) : healChart(before, pass.deps, signal));
}
