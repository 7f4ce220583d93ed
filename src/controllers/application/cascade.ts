import { resourcesFinalizer } from '../../api/application.ts';
import { deleteObjects } from '../../gitops/apply/prune/delete-objects.ts';
import { approvalHint, consentOf, isPlaceOfOthers, pruneCandidates } from '../../gitops/apply/prune/prune.ts';
import type { PruneDecision } from '../../gitops/apply/prune/prune.ts';
import { formatRef } from '../../gitops/apply/object/object-ref.ts';
import type { ObjectRef } from '../../gitops/apply/object/object-ref.ts';
import type { SyncChoices } from '../../api/sync-option.ts';
import { isDeletionApproved } from '../../gitops/apply/prune/deletion-approved.ts';
import type { LiveObject } from '../../gitops/apply/object/live-view.ts';
import { instanceName } from '../../gitops/apply/object/tracking.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { guardWrites, type ProjectRights } from '../../gitops/project/guard-writes.ts';
import { mergeConditions } from '../../gitops/history/application-conditions.ts';
import { inventoryOfStatus } from '../../gitops/history/inventory.ts';
import { causedBy } from '../../kube/caused-by.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { amendMetadata, withoutFinalizers } from './amend.ts';
import type { ApplicationContext } from './context.ts';
import { runDeleteHooks } from './delete-hooks.ts';
import { isFinalizer } from './deletion-finalizers.ts';
import type { Subject } from './observe.ts';

/** How often to look whether what is being deleted is gone, in milliseconds; events usually come first. */
const lookAgain = 5_000;

export interface CascadeRules {
  /** The name in tracking annotations. */
  readonly instance: string;
  readonly choices: SyncChoices;
  /** Somebody has agreed to deletions that ask for it, since the Application was deleted. */
  readonly approved: boolean;
  /** Why its project does not allow the object; absent: it allows all. */
  readonly refusal?: (ref: ObjectRef) => string | undefined;
}

/**
 * What to do about an object of an Application that is deleted. As Argo CD: CustomResourceDefinitions stay, and what says
 * Delete=false; Namespaces stay, because more than ours may live in them, unless they say Delete=confirm and somebody has.
 */
export function decideCascade(ref: ObjectRef, live: LiveObject | undefined, { instance, choices, approved, refusal }: CascadeRules): PruneDecision {
  const name = formatRef(ref);
  if (live === undefined || live.instance !== instance) return { kind: 'gone', message: `${name} is gone, or another's` };
  // as Argo CD: what the project does not allow (any more) is left alone, and does not hold up the rest
  const refused = refusal?.(ref);
  if (refused !== undefined) return { kind: 'keep', message: `${name} stays: ${refused}` };
  const consent = consentOf(live, 'delete', choices);
  const isConfirmedNamespace = ref.kind === 'Namespace' && consent === 'confirm';
  if (consent === 'no' || (isPlaceOfOthers(ref) && !isConfirmedNamespace)) return { kind: 'keep', message: `${name} stays` };
  if (consent === 'confirm' && !approved) return { kind: 'leaving', message: `${name}, which says Delete=confirm, is confirmed: ${approvalHint}` };
  return live.deleting ? { kind: 'leaving', message: `${name} is being deleted` } : { kind: 'delete', uid: live.uid };
}

async function failed({ application, raw }: Subject, message: string, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const conditions = mergeConditions(application.status.conditions ?? [], [{ type: 'DeletionError', message }], context.clock.now());
  await context.statuses.write(raw, { ...application.status, conditions }, signal);
  return { outcome: { kind: 'failed', reason: 'DeletionError', message } };
}

/** Deletes what an Application has applied, in reverse. Answers what was to stay once all else is gone. */
async function deleteAll(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled | { readonly kept: readonly string[] }> {
  const { application, raw } = subject;
  const { namespace = '', name } = application.metadata;
  const instance = instanceName({ namespace, name }, context.controlNamespace);
  const propagation = application.cascade === 'background' ? 'Background' : 'Foreground';
  const rights = (): ProjectRights => context.projects.rightsOf(raw, application);
  const rules: CascadeRules = { instance, refusal: (ref) => rights().rules?.objectRefusal(ref), choices: application.spec.syncPolicy.choices, approved: isDeletionApproved(application.metadata, application.metadata.deletionTimestamp) };
  const decide = (ref: ObjectRef, live: LiveObject | undefined): PruneDecision => decideCascade(ref, live, rules);
  const refs = pruneCandidates(inventoryOfStatus(application.status) ?? [], new Set());
  const { judged, pending } = await deleteObjects({ cluster: guardWrites(causedBy(context.cluster, { application: subject.key, revision: application.status.sync?.revision ?? '' }), rights), propagation, dryRun: false, decide, isConfined: () => rights().user !== undefined }, refs, signal);

  const failures = judged.flatMap(({ ref, decision }) => (decision.kind === 'failed' ? [`${formatRef(ref)}: ${decision.message}`] : []));
  if (failures.length > 0) return failed(subject, summarise(failures), context, signal);
  const leaving = judged.flatMap((one) => one.leaving ?? []);
  if (leaving.length > 0 || pending.length > 0) {
    return { outcome: { kind: 'waiting', reason: 'Deleting', message: `waiting until ${summarise(leaving)}`, requeueAfter: lookAgain } };
  }
  return { kept: judged.flatMap(({ decision }) => (decision.kind === 'keep' ? [decision.message] : [])) };
}

/**
 * What an Application that is being deleted is held for: hooks before its deletion, the deletion of what it has applied where it asks for
 * that, and hooks after it. Then the Application may go.
 */
export async function cascade(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const { problem } = context.projects.rightsOf(subject.raw, subject.application);
  if (problem !== undefined) return failed(subject, `${problem}. To delete the Application and leave its objects, remove its finalizers`, context, signal);
  const before = await runDeleteHooks(subject, 'preDelete', context, signal);
  if (before !== undefined) return before;
  const deleted = subject.application.cascade === undefined ? { kept: [] } : await deleteAll(subject, context, signal);
  if ('outcome' in deleted) return deleted;
  const after = await runDeleteHooks(subject, 'postDelete', context, signal);
  if (after !== undefined) return after;
  const release = withoutFinalizers((finalizer) => isFinalizer(finalizer, resourcesFinalizer));
  await amendMetadata(context.cluster, subject.raw, release, signal);
  const { kept } = deleted;
  return { outcome: { kind: 'synced', reason: 'Deleted', message: kept.length === 0 ? 'everything the Application had is gone' : `gone, but for: ${summarise(kept)}` } };
}
