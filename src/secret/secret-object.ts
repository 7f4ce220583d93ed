import type { KubeObject, OwnerReference } from '../api/object.ts';
import type { DesiredSecret } from './desired-secret.ts';
import { isSameOwner, missingFinalizers, staleMetadata } from './drift.ts';
import type { LiveSecret } from './live-secret.ts';

/** The Secret as it is sent to the API server for the first time. */
export function newSecret(desired: DesiredSecret): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace: desired.namespace,
      name: desired.name,
      labels: desired.labels,
      annotations: desired.annotations,
      ...(desired.finalizers.length === 0 ? {} : { finalizers: desired.finalizers }),
      ...(desired.isOwned ? { ownerReferences: [desired.owner] } : {}),
    },
    type: desired.type ?? 'Opaque',
    ...(desired.immutable ? { immutable: true } : {}),
    data: encodedData(desired),
  };
}

/**
 * The Secret as it replaces the live one: others' labels, annotations, owners and finalizers stay, ours are brought up
 * to date, and the data is what is desired. Carries resourceVersion and uid, so that a newer or another Secret is left alone.
 */
export function updatedSecret(live: LiveSecret, desired: DesiredSecret): KubeObject {
  const stale = staleMetadata(live, desired);
  const missing = missingFinalizers(live, desired);
  const without = (names: readonly string[], record: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...live.metadata,
      labels: { ...without(stale.labels, live.metadata.labels), ...desired.labels },
      annotations: { ...without(stale.annotations, live.metadata.annotations), ...desired.annotations },
      ...(missing.length === 0 ? {} : { finalizers: [...(live.metadata.finalizers ?? []), ...missing] }),
      ownerReferences: [...otherOwners(live, desired.owner), ...(desired.isOwned ? [desired.owner] : [])],
    },
    type: live.type,
    ...(live.immutable || desired.immutable ? { immutable: true } : {}),
    data: encodedData(desired),
  };
}

/** Without any entry for the same object. */
function otherOwners({ metadata }: LiveSecret, owner: OwnerReference): readonly OwnerReference[] {
  return (metadata.ownerReferences ?? []).filter((entry) => !isSameOwner(entry, owner));
}

function encodedData({ data }: DesiredSecret): Readonly<Record<string, string>> {
  return Object.fromEntries([...data].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('base64')]));
}
