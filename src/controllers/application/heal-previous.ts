import type { ApplicationStatus } from '../../api/application-status.ts';
import { gateRecord, isSameGate, withoutValues } from '../../gitops/apply/barrier/gate-record.ts';
import { earlyPhases } from '../../gitops/apply/phase/early-phases.ts';
import { phaseObjects } from '../../gitops/apply/sync-run.ts';
import type { SyncDeps, SyncOptions } from '../../gitops/apply/sync-run.ts';
import type { SyncResult } from '../../gitops/apply/sync.ts';
import { healAll, healChart } from '../../gitops/apply/sync.ts';
import type { ObjectRef } from '../../gitops/apply/object/object-ref.ts';
import { refKey, refOf } from '../../gitops/apply/object/object-ref.ts';
import { admittedOf } from '../../gitops/history/admitted.ts';
import { aheadOf } from '../../gitops/history/ahead.ts';
import { isLastPlace, isLastRevision } from './is-last-place.ts';
import type { Observed } from './observe.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { PlanCache } from './plan-cache.ts';

export interface Pass {
  readonly options: SyncOptions;
  readonly result: SyncResult;
  readonly deps: SyncDeps;
  readonly plans: Pick<PlanCache, 'at'>;
}

/** The commit that is in, of the same source and destination as the target, be it the target itself. */
export function lastCommit({ application, target }: Observed): string | undefined {
  const last = application.status.history?.at(-1);
  const isCommit = last?.revision !== undefined && /^[0-9a-f]{40,64}$/.test(last.revision);
  return isCommit && isLastPlace(application.status, target) ? last.revision : undefined;
}

/** Whether the target is in already, and what it declares is not: another revision has declared it otherwise in between, and then it is awaited. */
function isTouchedItself({ application: { status }, target }: Observed): boolean {
  return isLastRevision(status, target) && admittedOf(status)?.isTouched === true;
}

/** Whether what charts look up has changed what the revision needs, or who makes that, since it was brought in: nobody has awaited that. */
async function needsOthersNow(plan: Plan, status: ApplicationStatus, { options, deps }: Pass, signal: AbortSignal): Promise<boolean> {
  const admitted = admittedOf(status);
  return admitted !== undefined && !isSameGate(withoutValues(admitted.gate), await gateRecord([plan], options, deps, signal));
}

/**
 * Tells of an object whether it is among what a newer revision writes before its barrier: where it stood in the waves before, it is in the
 * newer one's hands. By what this pass has come to, or one before it that knew the values of the charts; and by what is on record, which
 * outlives the process, the operation, and a commit that comes after; but the record is not about labels and annotations.
 */
function declaredEarly({ result, options, deps: { memory } }: Pass, { application: { status }, plan }: Observed): (ref: ObjectRef) => boolean {
  const objects = admittedOf(status)?.isTouched === true ? earlyPhases.flatMap((phase) => phaseObjects(plan, phase)) : [];
  const valued = memory.valuedEarly?.target === options.target ? memory.valuedEarly.refs : [];
  // one that says no namespace is in the destination's, or in none
  const known = new Set([...objects.map(({ object }) => refOf(object)).flatMap((ref) => [refKey(ref), refKey({ namespace: plan.namespace, ...ref })]), ...valued]);
  return (ref) => {
    const outcome = result.outcomes.get(refKey(ref));
    return (outcome !== undefined && earlyPhases.includes(outcome.phase) && options.only?.(ref) !== false) || known.has(refKey(ref));
  };
}

/**
 * While a new revision waits for its Secrets, or for other Applications, the one before keeps running, and what has drifted of it is put back;
 * unless another one is half in since: none is written over a newer one. The same where somebody has asked for what is in already.
 */
export async function healPrevious(observed: Observed, pass: Pass, signal: AbortSignal): Promise<void> {
  const { application, request } = observed;
  const commit = lastCommit(observed);
  const { stop } = pass.result;
  const waits = pass.options.mode === 'sync' && stop?.kind === 'waiting' && (stop.phase === 'barrier' || stop.isForApplications === true);
  if (!waits || commit === undefined || isTouchedItself(observed) || aheadOf(application.status) !== undefined || application.spec.syncPolicy.automated?.selfHeal !== true) return;
  const previous = await pass.plans.at(request, commit, signal);
  if (previous === undefined || (await needsOthersNow(previous.plan, application.status, pass, signal))) return;
  const before = { plan: previous.plan, options: pass.options };
  // other Applications may have got worse while this revision made its Secrets: only where it has made none, all of the one before is still in
  const isUntouched = stop.isForApplications === true && pass.deps.memory.untouched === pass.options.target && admittedOf(application.status)?.isTouched !== true;
  await (isUntouched ? healAll(before, pass.deps, signal) : healChart(before, declaredEarly(pass, observed), pass.deps, signal));
}
