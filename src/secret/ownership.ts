import type { CreationPolicy } from '../api/external-secret-spec.ts';
import type { ExternalSecret } from '../api/external-secret.ts';
import { externalSecretKind } from '../api/external-secret.ts';
import { createdByLabel, externalSecretsGroup } from '../api/names.ts';
import type { ObjectMeta, OwnerReference } from '../api/object.ts';
import { parseApiVersion } from '../api/object.ts';
import { createdBy } from './desired-secret.ts';
import { secretFieldManager } from './field-manager.ts';
import type { WrittenFields } from './written-fields.ts';
import { isWorkOf, writtenFields } from './written-fields.ts';

/**
 * Whose a live Secret is, seen from one ExternalSecret.
 * - `ours`: it may be written. A lost owner reference or label is drift, not a change of owner.
 * - `other`: another ExternalSecret, or another controller, writes it.
 * - `foreign`: nobody's we know. It is never adopted: that would replace data somebody put there by hand.
 */
export type Ownership = { readonly kind: 'ours' } | { readonly kind: 'other'; readonly owner: string } | { readonly kind: 'foreign' };

/** As much of a Secret as tells whose it is; `written` where it has been taken out of the metadata. */
export interface OwnedSecret {
  readonly metadata: ObjectMeta;
  readonly written?: readonly WrittenFields[];
}

/** Judges by the controlling owner reference first, then by the created-by label, and where there is neither by who has written it. */
export function ownershipOf({ metadata, written }: OwnedSecret, externalSecret: Pick<ExternalSecret, 'metadata'>): Ownership {
  const controller = controllerOf(metadata);
  const label = metadata.labels?.[createdByLabel];
  const byLabel = label === createdBy(externalSecret);
  if (controller !== undefined) {
    const { uid, name } = externalSecret.metadata;
    if (controller.uid === uid) return { kind: 'ours' };
    // the object of that name was made again, or restored: its label tells it from a coincidence
    if (isExternalSecret(controller) && controller.name === name && byLabel) return { kind: 'ours' };
    return { kind: 'other', owner: `${controller.kind} "${controller.name}"` };
  }
  if (byLabel) return { kind: 'ours' };
  if (label !== undefined) return { kind: 'other', owner: 'another ExternalSecret, by its created-by label' };
  // it was made under a policy that leaves no mark of an owner
  const isOurWork = isWorkOf(secretFieldManager(externalSecret.metadata.name), written ?? writtenFields(metadata.managedFields));
  return isOurWork ? { kind: 'ours' } : { kind: 'foreign' };
}

/**
 * Why the Secret may not be written under a creation policy; undefined where it may. Merge and CreateOrMerge are for Secrets of
 * others, even of other controllers; of two ExternalSecrets that write one Secret, the one that owns it would undo the other's work.
 */
export function ownershipProblem(policy: CreationPolicy, name: string, secret: OwnedSecret, externalSecret: Pick<ExternalSecret, 'metadata'>, kind = 'Secret'): string | undefined {
  if (policy !== 'Merge' && policy !== 'CreateOrMerge') return problemOf(kind, name, ownershipOf(secret, externalSecret));
  const controller = controllerOf(secret.metadata);
  const isOthers = controller !== undefined && isExternalSecret(controller) && controller.uid !== externalSecret.metadata.uid && controller.name !== externalSecret.metadata.name;
  return isOthers ? problemOf(kind, name, { kind: 'other', owner: `${controller.kind} "${controller.name}"` }) : undefined;
}

/** For the condition: whose the Secret is, and what to do about it. */
function problemOf(kind: string, name: string, ownership: Ownership): string | undefined {
  const choice = 'choose another spec.target.name';
  switch (ownership.kind) {
    case 'ours':
      return undefined;
    case 'other':
      return `target is owned by another: ${kind} "${name}" belongs to ${ownership.owner}; ${choice}, or delete one of the two owners`;
    default:
      return `target exists and is not ours: ${kind} "${name}" was made by somebody else and is left as it is; ${choice}, or delete that ${kind}`;
  }
}

function controllerOf({ ownerReferences }: ObjectMeta): OwnerReference | undefined {
  return ownerReferences?.find(({ controller }) => controller === true);
}

function isExternalSecret({ apiVersion, kind }: OwnerReference): boolean {
  return kind === externalSecretKind && parseApiVersion(apiVersion).group === externalSecretsGroup;
}
