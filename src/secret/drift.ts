import { createdByLabel, dataHashAnnotation, managedLabel, provenanceAnnotation } from '../api/names.ts';
import type { ExternalSecret } from '../api/external-secret.ts';
import type { OwnerReference } from '../api/object.ts';
import { isLeftAlone } from './kept-metadata.ts';
import type { DesiredSecret } from './desired-secret.ts';
import { createdBy, ownerReference } from './desired-secret.ts';
import type { LiveSecret } from './live-secret.ts';
import { writtenBy } from './written-fields.ts';

/** What must be done to a Secret of ours. Names of what differs are for people; they hold no values. */
export type Drift =
  | { readonly kind: 'none' }
  | { readonly kind: 'update'; readonly differs: readonly string[] }
  /** The API server would refuse the change. */
  | { readonly kind: 'blocked'; readonly message: string };

/** Compares the Secret with what is wanted after a read of the provider. */
export function driftOf(live: LiveSecret, desired: DesiredSecret): Drift {
  const stale = staleMetadata(live, desired);
  const differs = [
    ...(live.dataHash === desired.dataHash ? [] : ['data']),
    ...differences('label', live.metadata.labels, desired.labels),
    ...differences('annotation', live.metadata.annotations, desired.annotations).filter((difference) => difference !== `annotation ${provenanceAnnotation}`),
    ...stale.labels.map((name) => `stale label ${name}`),
    ...stale.annotations.map((name) => `stale annotation ${name}`),
    ...missingFinalizers(live, desired).map((name) => `finalizer ${name}`),
    ...(isOwnerRight(live, desired) ? [] : ['owner reference']),
    ...(desired.immutable && !live.immutable ? ['immutable'] : []),
  ];
  const otherType = desired.type !== undefined && desired.type !== live.type;
  if (otherType) {
    const change = `the type of Secret "${desired.name}" cannot be changed from ${live.type} to ${desired.type}`;
    return { kind: 'blocked', message: `could not update secret: ${change}; delete it to have it made anew` };
  }
  if (differs.length === 0) return { kind: 'none' };
  if (live.immutable && live.dataHash !== desired.dataHash) {
    return { kind: 'blocked', message: `could not update secret, target is immutable: delete Secret "${desired.name}" to have it made anew` };
  }
  return { kind: 'update', differs };
}

/**
 * Whether the target is as it was last written, as far as that shows without the provider. Labels and annotations beside ours may
 * change freely, as upstream.
 */
export function isIntact(live: LiveSecret, externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): boolean {
  return isUntouched(live) && isMarked(live, externalSecret);
}

/** Whether the target says whose it is, where it is owned. Putting that right takes no values, so the provider is not asked for any. */
export function isMarked(live: LiveSecret, externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): boolean {
  if (externalSecret.spec.creationPolicy !== 'Owner') return true;
  return live.metadata.labels?.[createdByLabel] === createdBy(externalSecret) && hasOwner(live, ownerReference(externalSecret));
}

/**
 * Whether the data is what an ExternalSecret wrote, be it this one or an earlier one of its name. Where it is not, somebody changed it,
 * and it is healed from the provider at once.
 */
export function isUntouched({ metadata, dataHash }: LiveSecret): boolean {
  return metadata.labels?.[managedLabel] === 'true' && metadata.annotations?.[dataHashAnnotation] === dataHash;
}

/** Metadata we once wrote that is no longer wanted. */
export function staleMetadata(live: LiveSecret, desired: DesiredSecret): { readonly labels: readonly string[]; readonly annotations: readonly string[] } {
  const written = writtenBy(desired.manager, live.written);
  const stale = (names: readonly string[], wanted: object, there: object = {}): readonly string[] =>
    names.filter((name) => !Object.hasOwn(wanted, name) && Object.hasOwn(there, name) && !isLeftAlone(name));
  const disowned = !desired.isOwned && live.metadata.labels?.[createdByLabel] === desired.createdBy;
  return {
    labels: [...stale(written.labels, desired.labels, live.metadata.labels), ...(disowned ? [createdByLabel] : [])],
    annotations: stale(written.annotations, desired.annotations, live.metadata.annotations),
  };
}

/** Finalizers that are wanted and not there. A Secret on its way out takes no more. */
export function missingFinalizers({ metadata }: LiveSecret, { finalizers }: DesiredSecret): readonly string[] {
  return metadata.deletionTimestamp === undefined ? finalizers.filter((name) => metadata.finalizers?.includes(name) !== true) : [];
}

function differences(what: string, live: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted).flatMap(([name, value]) => (live[name] === value ? [] : [`${what} ${name}`]));
}

function isOwnerRight(live: LiveSecret, { owner, isOwned }: DesiredSecret): boolean {
  return isOwned ? hasOwner(live, owner) : !(live.metadata.ownerReferences ?? []).some((entry) => isSameOwner(entry, owner));
}

/** Whether an owner reference is to this object, be it under an old uid. */
export function isSameOwner(entry: OwnerReference, { kind, name, uid }: OwnerReference): boolean {
  return entry.uid === uid || (entry.kind === kind && entry.name === name);
}

/** The owner's apiVersion may be an older one: it is the same owner. */
function hasOwner({ metadata }: LiveSecret, { uid }: OwnerReference): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.controller === true);
}
