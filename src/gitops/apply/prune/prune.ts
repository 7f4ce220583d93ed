import { choicesFor, type Consent, type SyncChoices } from '../../../api/sync-option.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import { formatRef, refKey } from '../object/object-ref.ts';
import { phaseOf } from '../../plan/object-order.ts';
import { phaseNames } from '../../plan/plan.ts';
import type { LiveObject } from '../object/live-view.ts';

/** What was applied before. Absent where a previous sync is on record but its list of objects is not: then nothing can be told. */
export type Inventory = readonly ObjectRef[] | undefined;

function phaseIndex(ref: ObjectRef): number {
  const apiVersion = ref.group === '' ? ref.version : `${ref.group}/${ref.version}`;
  return phaseNames.indexOf(phaseOf({ apiVersion, kind: ref.kind, metadata: { name: ref.name } }));
}

/**
 * Objects that are in the inventory and no longer in Git, in the order in which they go: the last phase first, and in a phase
 * the last applied first. The phases are looked up, because an inventory of Argo CD's has an order of its own.
 */
export function pruneCandidates(inventory: readonly ObjectRef[], desired: ReadonlySet<string>): readonly ObjectRef[] {
  const gone = new Map<string, ObjectRef>();
  for (const ref of inventory.toReversed()) if (!desired.has(refKey(ref))) gone.set(refKey(ref), ref);
  return [...gone.values()].toSorted((a, b) => phaseIndex(b) - phaseIndex(a));
}

export interface PruneRules {
  readonly instance: string;
  /** False: `automated.prune` is off, candidates are only reported. */
  readonly prune: boolean;
  readonly allowEmpty: boolean;
  /** How many objects Git has. */
  readonly desired: number;
  /** What the Application says for all of its objects. */
  readonly choices?: SyncChoices;
  /** Why its project does not allow the object; absent: it allows all. */
  readonly refusal?: (ref: ObjectRef) => string | undefined;
  /** Somebody has agreed to deletions that ask for it, since they were about to be done. */
  readonly approved?: boolean;
}

export type PruneDecision =
  | { readonly kind: 'delete'; readonly uid: string }
  /** It is on its way out already. */
  | { readonly kind: 'leaving'; readonly message: string }
  /** It is not there any more, or was never ours: it leaves the inventory. */
  | { readonly kind: 'gone'; readonly message: string }
  /** It stays, and so does its place in the inventory. */
  | { readonly kind: 'keep'; readonly message: string };

const emptyMessage =
  'Git has no objects at all for this Application, so nothing is deleted: an empty directory is more often a mistake than a wish. ' +
  'Set spec.syncPolicy.automated.allowEmpty to true to delete everything';

/** Said once per operation that finds its inventory gone. */
export const missingInventory =
  'a previous sync is on record but status.resources is missing, so it is not known what was applied; nothing is deleted. ' +
  'Objects that were removed from Git in the meantime have to be deleted by hand; what is in Git now is recorded anew';

/** Why no object of the whole inventory may be deleted, or undefined. */
export function refusePrune(inventory: Inventory, rules: PruneRules): string | undefined {
  if (inventory === undefined) return missingInventory;
  return rules.desired === 0 && inventory.length > 0 && !rules.allowEmpty ? emptyMessage : undefined;
}

/** Whether a live object may be deleted, by what it says itself, what Helm says for it, or its Application says for all. */
export function consentOf(live: Pick<LiveObject, 'annotations'>, act: 'prune' | 'delete', application: SyncChoices): Consent {
  // Helm keeps such objects both when a chart no longer has them and when the release goes
  if (live.annotations['helm.sh/resource-policy'] === 'keep') return 'no';
  return choicesFor(live.annotations, application)[act] ?? 'yes';
}

/** How a person agrees to deletions that ask for it. */
export const approvalHint = 'annotate the Application with argocd.argoproj.io/deletion-approved and the present time (RFC 3339) to let it go';

/** Deleting these takes along what others have made. */
export function isPlaceOfOthers(ref: ObjectRef): boolean {
  return (ref.group === '' && ref.kind === 'Namespace') || (ref.group === 'apiextensions.k8s.io' && ref.kind === 'CustomResourceDefinition');
}

/**
 * What to do about one candidate, given what the API server has under its name. Both must agree: the inventory listed it,
 * and the live object still carries this Application's tracking id.
 */
export function decidePrune(ref: ObjectRef, live: LiveObject | undefined, rules: PruneRules): PruneDecision {
  const name = formatRef(ref);
  if (live === undefined) return { kind: 'gone', message: `${name} is already gone` };
  if (live.instance !== rules.instance) return { kind: 'gone', message: `${name} no longer carries the tracking id of this Application; it is left alone` };
  // as a deletion of the Application has it: what the project does not allow (any more) is left alone, and holds up nothing
  const refused = rules.refusal?.(ref);
  if (refused !== undefined) return { kind: 'keep', message: `${name} stays: ${refused}` };
  const consent = consentOf(live, 'prune', rules.choices ?? {});
  const isApproved = consent === 'confirm' && rules.approved === true;
  if (consent === 'no') return { kind: 'keep', message: `${name} says Prune=false` };
  if (isPlaceOfOthers(ref) && !isApproved) return { kind: 'keep', message: `${name} is not deleted: everything in it would go with it. Delete it by hand, or give it Prune=confirm and confirm` };
  if (!rules.prune) return { kind: 'keep', message: `${name} is no longer in Git; automated.prune is off` };
  if (consent === 'confirm' && !isApproved) return { kind: 'leaving', message: `${name}, which says Prune=confirm, is confirmed: ${approvalHint}` };
  if (live.deleting) {
    const held = live.finalizers.length === 0 ? '' : `, held by ${live.finalizers.join(', ')}`;
    return { kind: 'leaving', message: `${name} is being deleted${held}` };
  }
  return { kind: 'delete', uid: live.uid };
}
