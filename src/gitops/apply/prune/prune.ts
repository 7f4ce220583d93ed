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

/** `argocd.argoproj.io/sync-options: A=b,C=d` of a live object. */
export function hasSyncOption(live: Pick<LiveObject, 'annotations'>, option: string): boolean {
  const options = live.annotations['argocd.argoproj.io/sync-options'] ?? '';
  return options.split(',').some((entry) => entry.trim() === option);
}

/** Deleting these takes along what others have made. */
function isNeverPruned(ref: ObjectRef): boolean {
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
  if (isNeverPruned(ref)) return { kind: 'keep', message: `${name} is not deleted: everything in it would go with it. Delete it by hand` };
  if (hasSyncOption(live, 'Prune=false')) return { kind: 'keep', message: `${name} says Prune=false` };
  if (hasSyncOption(live, 'Prune=confirm') && live.annotations['argocd.argoproj.io/deletion-approved'] === undefined) {
    return { kind: 'keep', message: `${name} says Prune=confirm: annotate it with argocd.argoproj.io/deletion-approved to let it go` };
  }
  if (!rules.prune) return { kind: 'keep', message: `${name} is no longer in Git; automated.prune is off` };
  if (live.deleting) {
    const held = live.finalizers.length === 0 ? '' : `, held by ${live.finalizers.join(', ')}`;
    return { kind: 'leaving', message: `${name} is being deleted${held}` };
  }
  return { kind: 'delete', uid: live.uid };
}
