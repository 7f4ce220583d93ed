import { isSameDesiredState } from '../../gitops/plan/same-desired-state.ts';
import { lastCommit } from './heal-previous.ts';
import { isLastRevision } from './is-last-place.ts';
import type { Observed } from './observe.ts';
import type { PlanCache } from './plan-cache.ts';

/**
 * Whether the last revision of the history is whole where the target is: it is the target, or says the same. Most commits of a repository
 * change nothing of an Application, and those are not brought in anew. Where it is another, a request about a part may have brought in the
 * target: then a part of each runs.
 */
export async function isLastWhole(observed: Observed, plans: Pick<PlanCache, 'at'>, signal: AbortSignal): Promise<boolean> {
  if (isLastRevision(observed.application.status, observed.target)) return true;
  const commit = lastCommit(observed);
  const last = commit === undefined ? undefined : await plans.at(observed.request, commit, signal);
  return last !== undefined && isSameDesiredState(last.plan, observed.plan);
}
