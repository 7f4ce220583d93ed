import { keyOf, formatKey } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Stop } from '../../gitops/apply/sync-run.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { act } from './act.ts';
import { amendMetadata, withoutAnnotation } from './amend.ts';
import { cascade } from './cascade.ts';
import type { ApplicationContext } from './context.ts';
import { decideClaim, decideSync } from './decide.ts';
import { holdsSops } from './open-sops-documents.ts';
import { sopsKeysKey } from './sops-keys-key.ts';
import { observe, refreshAnnotation, subjectOf } from './observe.ts';
import type { Observed, Subject } from './observe.ts';
import { eventsOf, outcomeOf } from './outcome-of.ts';
import { reportBackoff, reportInvalid, reportUnplanned } from './report-trouble.ts';

/** Whether the cluster runs an Argo CD that would do the same work. Nobody's controllers run on a cluster that only records. */
async function argoRuns(namespace: string, context: ApplicationContext, signal: AbortSignal): Promise<boolean> {
  return context.cluster.kind === 'kubernetes' && (await context.argoRuns(namespace, signal));
}

/** A refresh that somebody has asked for: what is remembered of the cluster is forgotten when it is a hard one. */
async function finishRefresh(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<void> {
  if (subject.raw.metadata.annotations?.[refreshAnnotation] === undefined) return;
  await amendMetadata(context.cluster, subject.raw, withoutAnnotation(refreshAnnotation), signal);
}

function startRefresh(subject: Subject, context: ApplicationContext): void {
  if (subject.raw.metadata.annotations?.[refreshAnnotation] !== 'hard') return;
  const memory = context.memoryOf(subject.key);
  memory.applied.clear();
  memory.compared.clear();
}

/** Wakes the Application when a Secret comes that it waits for: one that it needs, or the one with keys; ExternalSecrets are watched anyway. */
function watchSecrets(observed: Observed, stop: Stop | undefined, context: ApplicationContext): void {
  const needed = stop?.phase === 'barrier' ? observed.plan.needs.map(({ namespace, secret }) => ({ namespace, name: secret })) : [];
  const keys = stop !== undefined && holdsSops(observed.plan) ? [sopsKeysKey(observed)] : [];
  // a value that changes is rendered anew, whatever else goes on
  const values = (observed.plan.valueSources ?? []).flatMap(({ kind, name }) => (kind === 'Secret' ? [{ namespace: observed.plan.namespace, name }] : []));
  if (needed.length + keys.length + values.length === 0) context.secrets.release(observed.key);
  else context.secrets.watch(observed.key, [...needed, ...keys, ...values]);
}

async function work(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  startRefresh(subject, context);
  const observed = await observe(subject, context, signal);
  if (observed.plan === undefined) return reportUnplanned(observed, context, signal);
  const now = context.clock.now();
  const decision = decideSync({ application: observed.application, target: observed.target, requested: context.isRequested(observed.key), now });
  if (decision.kind === 'backoff') return reportBackoff(observed, decision, context, signal);

  const acted = await act(observed, decision, context, signal);
  watchSecrets(observed, acted.result.stop, context);
  await context.statuses.write(observed.raw, acted.status, signal);
  if (acted.result.stop === undefined && decision.kind !== 'compare') context.requestDone(observed.key);
  return { outcome: outcomeOf(acted, observed, context.clock.now()), events: eventsOf(acted, decision), status: { ...acted.status } };
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
  if ('invalid' in subject) return reportInvalid(raw, subject.invalid, context, signal);
  if (deletionTimestamp !== undefined) return subject.application.cascade === undefined ? undefined : cascade(subject, context, signal);
  const reconciled = await work(subject, context, signal);
  await finishRefresh(subject, context, signal);
  return reconciled;
}
