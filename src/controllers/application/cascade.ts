import { deleteObjects } from '../../gitops/apply/prune/delete-objects.ts';
import { hasSyncOption, pruneCandidates } from '../../gitops/apply/prune/prune.ts';
import type { PruneDecision } from '../../gitops/apply/prune/prune.ts';
import { formatRef } from '../../gitops/apply/object/object-ref.ts';
import type { ObjectRef } from '../../gitops/apply/object/object-ref.ts';
import type { LiveObject } from '../../gitops/apply/object/live-view.ts';
import { instanceName } from '../../gitops/apply/object/tracking.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { mergeConditions } from '../../gitops/history/application-conditions.ts';
import { inventoryOfStatus } from '../../gitops/history/inventory.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { amendMetadata, withoutFinalizers } from './amend.ts';
import type { ApplicationContext } from './context.ts';
import type { Subject } from './observe.ts';

const resourcesFinalizer = 'resources-finalizer.argocd.argoproj.io';

/** How often to look whether what is being deleted is gone, in milliseconds; events usually come first. */
const lookAgain = 5_000;

/**
 * What to do about an object of an Application that is deleted. As Argo CD: CustomResourceDefinitions stay, and what says
 * Delete=false; Namespaces stay, because more than ours may live in them.
 */
export function decideCascade(ref: ObjectRef, live: LiveObject | undefined, instance: string): PruneDecision {
  const name = formatRef(ref);
  if (live === undefined || live.instance !== instance) return { kind: 'gone', message: `${name} is gone, or another's` };
  const stays = ref.kind === 'CustomResourceDefinition' || (ref.group === '' && ref.kind === 'Namespace') || hasSyncOption(live, 'Delete=false');
  if (stays) return { kind: 'keep', message: `${name} stays` };
  if (hasSyncOption(live, 'Delete=confirm') && live.annotations['argocd.argoproj.io/deletion-approved'] === undefined) {
    return { kind: 'leaving', message: `${name} waits for the annotation argocd.argoproj.io/deletion-approved` };
  }
  return live.deleting ? { kind: 'leaving', message: `${name} is being deleted` } : { kind: 'delete', uid: live.uid };
}

/** Deletes what an Application has applied, in reverse, and lets the Application go once all of it is gone. */
export async function cascade(subject: Subject, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const { application, raw } = subject;
  const { namespace = '', name } = application.metadata;
  const instance = instanceName({ namespace, name }, context.controlNamespace);
  const propagation = application.cascade === 'background' ? 'Background' : 'Foreground';
  const decide = (ref: ObjectRef, live: LiveObject | undefined): PruneDecision => decideCascade(ref, live, instance);
  const refs = pruneCandidates(inventoryOfStatus(application.status) ?? [], new Set());
  const { judged, pending } = await deleteObjects({ cluster: context.cluster, propagation, dryRun: false, decide }, refs, signal);

  const failed = judged.flatMap(({ ref, decision }) => (decision.kind === 'failed' ? [`${formatRef(ref)}: ${decision.message}`] : []));
  if (failed.length > 0) {
    const message = summarise(failed);
    const conditions = mergeConditions(application.status.conditions ?? [], [{ type: 'DeletionError', message }], context.clock.now());
    await context.statuses.write(raw, { ...application.status, conditions }, signal);
    return { outcome: { kind: 'failed', reason: 'DeletionError', message } };
  }
  const leaving = judged.flatMap((one) => one.leaving ?? []);
  if (leaving.length > 0 || pending.length > 0) {
    return { outcome: { kind: 'waiting', reason: 'Deleting', message: `waiting until ${summarise(leaving)}`, requeueAfter: lookAgain } };
  }
  const release = withoutFinalizers((finalizer) => finalizer === resourcesFinalizer || finalizer.startsWith(`${resourcesFinalizer}/`));
  await amendMetadata(context.cluster, raw, release, signal);
  const kept = judged.flatMap(({ decision }) => (decision.kind === 'keep' ? [decision.message] : []));
  return { outcome: { kind: 'synced', reason: 'Deleted', message: kept.length === 0 ? 'everything the Application had is gone' : `gone, but for: ${summarise(kept)}` } };
}
