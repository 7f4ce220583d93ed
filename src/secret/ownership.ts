import type { ExternalSecret } from '../api/external-secret.ts';
import { externalSecretKind } from '../api/external-secret.ts';
import { createdByLabel, externalSecretsGroup } from '../api/names.ts';
import type { ObjectMeta, OwnerReference } from '../api/object.ts';
import { parseApiVersion } from '../api/object.ts';
import { createdBy } from './desired-secret.ts';

/**
 * Whose a live Secret is, seen from one ExternalSecret.
 * - `ours`: it may be written. A lost owner reference or label is drift, not a change of owner.
 * - `other`: another ExternalSecret, or another controller, writes it.
 * - `foreign`: nobody's we know. It is never adopted: that would replace data somebody put there by hand.
 */
export type Ownership = { readonly kind: 'ours' } | { readonly kind: 'other'; readonly owner: string } | { readonly kind: 'foreign' };

/** Judges by the controlling owner reference first, then by the created-by label. */
export function ownershipOf(secret: { readonly metadata: ObjectMeta }, externalSecret: Pick<ExternalSecret, 'metadata'>): Ownership {
  const controller = secret.metadata.ownerReferences?.find((owner) => owner.controller === true);
  const label = secret.metadata.labels?.[createdByLabel];
  const byLabel = label === createdBy(externalSecret);
  if (controller !== undefined) {
    const { uid, name } = externalSecret.metadata;
    if (controller.uid === uid) return { kind: 'ours' };
    // the object of that name was made again, or restored: its label tells it from a coincidence
    if (isExternalSecret(controller) && controller.name === name && byLabel) return { kind: 'ours' };
    return { kind: 'other', owner: `${controller.kind} "${controller.name}"` };
  }
  if (byLabel) return { kind: 'ours' };
  return label === undefined ? { kind: 'foreign' } : { kind: 'other', owner: 'another ExternalSecret, by its created-by label' };
}

function isExternalSecret({ apiVersion, kind }: OwnerReference): boolean {
  return kind === externalSecretKind && parseApiVersion(apiVersion).group === externalSecretsGroup;
}

/** For the condition: whose the Secret is, and what to do about it. Undefined where it is ours. */
export function ownershipProblem(name: string, ownership: Ownership): string | undefined {
  const choice = 'choose another spec.target.name';
  switch (ownership.kind) {
    case 'ours':
      return undefined;
    case 'other':
      return `target is owned by another: Secret "${name}" belongs to ${ownership.owner}; ${choice}, or delete one of the two owners`;
    default:
      return `target exists and is not ours: Secret "${name}" was made by somebody else and is left as it is; ${choice}, or delete that Secret`;
  }
}
