import type { ClusterDeclaration } from '../../api/cluster-declaration.ts';
import { clusterDeclarationReasons } from '../../api/names.ts';
import { formatErrors } from '../../api/schema.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { Child, ChildrenPlan } from '../../secret/namespaced-children.ts';
import { planChildren } from '../../secret/namespaced-children.ts';
import type { DeclarationKind } from './declaration-kind.ts';
import type { Observed } from './observe.ts';

export type Decision<Spec> =
  /** On its way out, and nothing of it waits for us: the garbage collector takes what it has made. */
  | { readonly kind: 'ignore' }
  /** There is nothing to do but to say so. */
  | { readonly kind: 'report'; readonly outcome: Outcome }
  /** External Secrets' finalizer holds it: what it has made must go first. */
  | { readonly kind: 'release'; readonly children: readonly Child<Spec>[] }
  | { readonly kind: 'spread'; readonly declaration: ClusterDeclaration<Spec>; readonly plan: ChildrenPlan<Spec> };

/** Decides what is to be done for one declaration. */
export function decide<Spec>({ entry, namespaces, owned, find }: Observed<Spec>, { kinds, legacy }: DeclarationKind<Spec>): Decision<Spec> {
  if (entry === undefined) return { kind: 'ignore' };
  const { metadata, parsed } = entry;
  if (metadata.deletionTimestamp !== undefined) {
    return legacy !== undefined && metadata.finalizers?.includes(legacy.finalizer) === true ? { kind: 'release', children: owned } : { kind: 'ignore' };
  }
  // what was made before stays as it is
  if (!parsed.ok) return { kind: 'report', outcome: { kind: 'stalled', reason: clusterDeclarationReasons.failed, message: `invalid ${kinds.parent.kind}: ${formatErrors(parsed.errors)}` } };
  const declaration = parsed.value;
  const plan = planChildren(declaration, kinds, { namespaces, owned, find: (namespace) => find({ namespace, name: declaration.spec.childName }) });
  return { kind: 'spread', declaration, plan };
}
