import type { ExternalSecret } from '../api/external-secret.ts';
import type { ObjectMeta } from '../api/object.ts';
import { ownershipOf } from './ownership.ts';
import { provides } from './provides.ts';
import { resourceVersionOf } from './resource-version.ts';

/** As much of a live Secret as is needed to tell whether it is current. */
export interface SecretView {
  readonly metadata: ObjectMeta;
  readonly keys: readonly string[];
}

export type Currency = { readonly current: true } | { readonly current: false; readonly reason: string };

/**
 * Whether the Secret of an ExternalSecret is there and current: synced for this generation and this metadata, ours, and
 * with every key that the declaration fixes. It does not ask the provider: a value rotated since the last refresh is no
 * reason to wait. External Secrets' statuses are judged the same way.
 * @param secret the live Secret of the target's name, or undefined where there is none
 */
export function currencyOf(externalSecret: ExternalSecret, secret: SecretView | undefined): Currency {
  const { metadata, status } = externalSecret;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return { current: false, reason: 'not synced yet' };
  if (ready.status !== 'True') return { current: false, reason: ready.message };
  if (ready.observedGeneration !== undefined && ready.observedGeneration !== metadata.generation) return { current: false, reason: 'synced for an older generation' };
  if (status.syncedResourceVersion !== resourceVersionOf(metadata)) return { current: false, reason: 'synced for an older version of the object' };

  const { secret: name, keys } = provides(externalSecret);
  if (secret === undefined) return { current: false, reason: `Secret "${name}" is not there` };
  if (ownershipOf(secret, externalSecret).kind !== 'ours') return { current: false, reason: `Secret "${name}" is not this ExternalSecret's` };
  const missing = keys === 'dynamic' ? [] : keys.filter((key) => !secret.keys.includes(key));
  return missing.length === 0 ? { current: true } : { current: false, reason: `Secret "${name}" has no key ${missing.join(', ')}` };
}
