import { keyOf, formatKey } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { isPartial, requestOf } from '../../gitops/history/requested-operation.ts';
import { isSameDesiredState } from '../../gitops/plan/same-desired-state.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { act } from './act.ts';
import type { Acted } from './act.ts';
import { amendMetadata, withoutAnnotation } from './amend.ts';
import { cascade } from './cascade.ts';
import type { ApplicationContext } from './context.ts';
import { hasDeleteHooks, keepDeleteFinalizers } from './delete-hooks.ts';
import { decideClaim, decideSync } from './decide.ts';
import type { SyncDecision } from './decide.ts';
import { takeOperation } from './take-operation.ts';
import { holdsSops } from './open-sops-documents.ts';
import { sopsKeysKey } from './sops-keys-key.ts';
import { observe, refreshAnnotation, subjectOf } from './observe.ts';
import type { Observed, Subject } from './observe.ts';
import { eventsOf, lookAgain, outcomeOf } from './outcome-of.ts';
import { settleRollback } from './settle-rollback.ts';
import type { RollbackPass } from './settle-rollback.ts';
import { watchCharts } from './watch-charts.ts';
import { watchProducers } from './watch-producers.ts';
import { reportBackoff, reportInvalid, reportUndeletable, reportUnplanned } from './report-trouble.ts';

/** Whether the cluster runs an Argo CD that would do the same work. Nobody's controllers run on a cluster that only records. */
async function argoRuns(namespace: string, context: ApplicationContext, signal: AbortSignal): Promise<boolean> {
  return context.cluster.kind === 'kubernetes' && (await context.argoRuns(namespace, signal));
}

/** Takes the wish for a refresh away that this pass has met; another one that has come meanwhile stays. */
async function finishRefresh({ raw }: Subject, context: ApplicationContext, signal: AbortSignal): Promise<void> {
  const asked = raw.metadata.annotations?.[refreshAnnotation];
  if (asked === undefined) return;
  const remove = withoutAnnotation(refreshAnnotation);
  await amendMetadata(context.cluster, raw, (metadata) => (metadata.annotations?.[refreshAnnotation] === asked ? remove(metadata) : undefined), signal);
}

/** What is remembered of the cluster is forgotten where a hard refresh is asked for. */
function startRefresh(subject: Subject, context: ApplicationContext): void {
  if (subject.raw.metadata.annotations?.[refreshAnnotation] !== 'hard') return;
  const memory = context.memoryOf(subject.key);
  memory.applied.clear();
  memory.compared.clear();
}

/**
 * Wakes the Application when a Secret comes or changes that it has to do with: one that it needs, one that it takes values from, or the one
 * with keys. It is asked before the pass, so that whatever the pass reads of them was read while they were watched.
 */
function watchSecrets({ key, plan, application }: Observed, context: ApplicationContext): void {
  const valued = plan.valueSources === undefined ? [] : context.memoryOf(key).valuedNeeds;
  const needed = [...plan.needs, ...valued].map(({ namespace, secret }) => ({ namespace, name: secret }));
  const keys = holdsSops(plan) ? [sopsKeysKey({ plan, application })] : [];
  const values = (plan.valueSources ?? []).flatMap(({ kind, name }) => (kind === 'Secret' ? [{ namespace: plan.namespace, name }] : []));
  if (needed.length + keys.length + values.length === 0) context.secrets.release(key);
  else context.secrets.watch(key, [...needed, ...keys, ...values]);
}

/** What a pass came to, once the annotations of rollbacks are as it has left them. */
async function settled(reconciled: Reconciled, observed: Observed, pass: RollbackPass, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const { events, after } = await settleRollback(observed, pass, context, signal);
  return { ...reconciled, outcome: lookAgain(reconciled.outcome, after), events: [...(reconciled.events ?? []), ...events] };
}

function decide({ application, target, key, plan, following, haveValuesChanged }: Observed, context: ApplicationContext): SyncDecision {
  const isSameState = (): boolean => {
    const { broughtIn } = context.memoryOf(key);
    return broughtIn !== undefined && isSameDesiredState(broughtIn, plan);
  };
  return decideSync({ application, target, requested: context.isRequested(key) && !application.suspended, following, haveValuesChanged, isSameState, now: context.clock.now() });
}

/** Remembers what is in. What was brought in before is forgotten with it. */
function rememberPlan({ key, plan }: Observed, decision: SyncDecision, { result }: Acted, context: ApplicationContext): void {
  const isWhole = decision.kind === 'sync' && result.stop === undefined && !isPartial(requestOf(decision.operation));
  // what was refused before its first write has declared nothing
  const isBegun = result.stop?.phase !== 'namespace';
  if (isWhole || (decision.kind === 'heal' && isBegun)) context.memoryOf(key).broughtIn = plan;
}

async function work(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  startRefresh(subject, context);
  const observed = await observe(subject, context, signal);
  watchCharts(observed.key, observed.plan, context);
  if (observed.plan === undefined) return reportUnplanned(observed, context, signal);
  await keepDeleteFinalizers(observed, context, signal);
  const taken = await takeOperation(observed, context, signal);
  const decision = taken.decision ?? decide(taken.observed, context);
  if (decision.kind === 'backoff') {
    const pass = { status: observed.application.status, isNew: false, stop: 'unknown' } as const;
    return settled(await reportBackoff(taken.observed, decision, context, signal), observed, pass, context, signal);
  }

  watchSecrets(observed, context);
  const acted = await act(taken.observed, decision, context, signal);
  // with values of the cluster, charts may have looked up more, and their workloads may need other Secrets
  watchCharts(observed.key, observed.plan, context);
  watchSecrets(observed, context);
  watchProducers(observed.key, context);
  rememberPlan(taken.observed, decision, acted, context);
  await context.statuses.write(observed.raw, acted.status, signal);
  if (acted.result.stop === undefined && decision.kind !== 'compare') {
    context.requestDone(observed.key);
    context.valuePlans.settle(observed.key);
  }
  const broughtInAs = decision.kind === 'sync' ? undefined : decision.broughtInAs;
  const pass = { status: acted.status, isNew: decision.kind === 'sync' && decision.isNew, stop: acted.result.stop?.phase, ...(broughtInAs === undefined ? {} : { broughtInAs }) };
  return settled({ outcome: outcomeOf(acted, decision, taken.observed, context.clock.now()), events: eventsOf(acted, decision), status: { ...acted.status } }, observed, pass, context, signal);
}

/** Observe, decide, act: one Application. Undefined: it is not ours, or there is nothing to do for it. */
export async function reconcileApplication(cached: KubeObject, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  const raw = await context.statuses.latest(cached, signal);
  if (raw === undefined) return undefined;
  const { namespace = '', annotations = {}, deletionTimestamp } = raw.metadata;
  const claim = decideClaim(annotations, await argoRuns(namespace, context, signal));
  if (!claim.ours) {
    context.log.info({ application: formatKey(keyOf(raw)), reason: claim.reason, detail: claim.message }, 'Application left alone');
    return undefined;
  }
  const subject = subjectOf(raw, context);
  if ('invalid' in subject) return deletionTimestamp === undefined ? reportInvalid(raw, subject.invalid, context, signal) : reportUndeletable(raw, subject.invalid, context, signal);
  const unready = await context.projects.ready();
  if (unready !== undefined) return reportUnplanned({ ...subject, plan: undefined, notes: [{ type: 'ComparisonError', message: unready }], transient: true, isDenied: false }, context, signal);
  if (deletionTimestamp !== undefined) return subject.application.cascade === undefined && !hasDeleteHooks(subject) ? undefined : cascade(subject, context, signal);
  const { problem } = context.projects.rightsOf(raw, subject.application);
  if (problem !== undefined) {
    // what may not be read is not asked for, either
    context.revisions.release(subject.key);
    return reportInvalid(raw, problem, context, signal);
  }
  const reconciled = await work(subject, context, signal);
  await finishRefresh(subject, context, signal);
  return reconciled;
}
