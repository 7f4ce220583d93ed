import { isDeepStrictEqual } from 'node:util';
import type { SyncDeps, SyncOptions } from '../../gitops/apply/sync-run.ts';
import type { SyncResult } from '../../gitops/apply/sync.ts';
import { healChart } from '../../gitops/apply/sync.ts';
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

/** While a new revision waits for its Secrets, the one before keeps running, and what has drifted of it is put back. */
export async function healPrevious(observed: Observed, pass: Pass, signal: AbortSignal): Promise<void> {
  const { application, request } = observed;
  const commit = previousCommit(observed);
  const waits = pass.result.stop?.kind === 'waiting' && pass.result.stop.phase === 'barrier';
  if (!waits || commit === undefined || application.spec.syncPolicy.automated?.selfHeal !== true) return;
  const previous = await pass.plans.at(request, commit, signal);
  if (previous !== undefined) await healChart({ plan: previous.plan, options: pass.options }, pass.deps, signal);
}
