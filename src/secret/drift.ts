import { createdByLabel, dataHashAnnotation, managedLabel } from '../api/names.ts';
import type { ExternalSecret } from '../api/external-secret.ts';
import type { OwnerReference } from '../api/object.ts';
import { isLeftAlone } from './kept-metadata.ts';
import type { DesiredSecret } from './desired-secret.ts';
import { createdBy, ownerReference } from './desired-secret.ts';
import type { LiveSecret } from './live-secret.ts';

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
    ...differences('annotation', live.metadata.annotations, desired.annotations),
    ...stale.labels.map((name) => `stale label ${name}`),
    ...stale.annotations.map((name) => `stale annotation ${name}`),
    ...missingFinalizers(live, desired).map((name) => `finalizer ${name}`),
    ...(hasOwner(live, desired.owner) ? [] : ['owner reference']),
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
 * Whether the Secret is as it was last written, as far as that shows without the provider. Where it is not, somebody
 * changed it, and it is healed from the provider at once. Labels and annotations beside ours may change freely, as upstream.
 */
export function isIntact(live: LiveSecret, externalSecret: Pick<ExternalSecret, 'metadata' | 'spec'>): boolean {
  const { labels = {}, annotations = {} } = live.metadata;
  const { template } = externalSecret.spec;
  return (
    labels[managedLabel] === 'true' &&
    labels[createdByLabel] === createdBy(externalSecret) &&
    annotations[dataHashAnnotation] === live.dataHash &&
    hasOwner(live, ownerReference(externalSecret)) &&
    (template?.type === undefined || template.type === live.type)
  );
}

/** Metadata we once wrote that is no longer wanted. */
export function staleMetadata(live: LiveSecret, desired: DesiredSecret): LiveSecret['written'] {
  const stale = (written: readonly string[], wanted: object, there: object = {}): readonly string[] =>
    written.filter((name) => !Object.hasOwn(wanted, name) && Object.hasOwn(there, name) && !isLeftAlone(name));
  return {
    labels: stale(live.written.labels, desired.labels, live.metadata.labels),
    annotations: stale(live.written.annotations, desired.annotations, live.metadata.annotations),
  };
}

/** Finalizers that are wanted and not there. A Secret on its way out takes no more. */
export function missingFinalizers({ metadata }: LiveSecret, { finalizers }: DesiredSecret): readonly string[] {
  return metadata.deletionTimestamp === undefined ? finalizers.filter((name) => metadata.finalizers?.includes(name) !== true) : [];
}

function differences(what: string, live: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(wanted).flatMap(([name, value]) => (live[name] === value ? [] : [`${what} ${name}`]));
}

/** The owner's apiVersion may be an older one: it is the same owner. */
function hasOwner({ metadata }: LiveSecret, { uid }: OwnerReference): boolean {
  return (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid && owner.controller === true);
}
