import type { ExternalSecret } from '../api/external-secret.ts';
import { managedLabel } from '../api/names.ts';
import type { ObjectMeta } from '../api/object.ts';
import { ownershipOf } from './ownership.ts';
import { fixedKeys, targetName, writesSecret } from './provides.ts';
import { resourceVersionOf } from './resource-version.ts';

/** As much of a live Secret as is needed to tell whether it is current. */
export interface SecretView {
  readonly metadata: ObjectMeta;
  readonly keys: readonly string[];
}

export type Currency = { readonly current: true } | { readonly current: false; readonly reason: string };

/**
 * Whether the Secret of an ExternalSecret is there and current: synced for this generation and this metadata, written by it, and
 * with every key that the declaration fixes. It does not ask the provider: a value rotated since the last refresh is no
 * reason to wait. External Secrets' statuses are judged the same way. One that writes no Secret is current once it is Ready.
 * @param secret the live Secret of the target's name, or undefined where there is none
 */
export function currencyOf(externalSecret: ExternalSecret, secret: SecretView | undefined): Currency {
  const { metadata, spec, status } = externalSecret;
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return behind('not synced yet');
  if (ready.status !== 'True') return behind(ready.message);
  if (ready.observedGeneration !== undefined && ready.observedGeneration !== metadata.generation) return behind('synced for an older generation');
  if (spec.creationPolicy === 'None') return { current: true };
  // what is made once is not made again for another version
  const isOlder = spec.refreshPolicy !== 'CreatedOnce' && status.syncedResourceVersion !== resourceVersionOf(metadata);
  if (isOlder) return behind('synced for an older version of the object');

  if (!writesSecret(spec)) return { current: true };
  const name = targetName(externalSecret);
  if (secret === undefined) return behind(`Secret "${name}" is not there`);
  if (!isWrittenBy(externalSecret, secret)) return behind(`Secret "${name}" is not this ExternalSecret's`);
  const keys = fixedKeys(spec);
  const found = new Set(secret.keys);
  const missing = keys === 'dynamic' ? [] : keys.filter((key) => !found.has(key));
  return missing.length === 0 ? { current: true } : behind(`Secret "${name}" has no key ${missing.join(', ')}`);
}

/** Only a Secret that is owned bears its owner's name; the others bear the label alone. */
function isWrittenBy(externalSecret: ExternalSecret, { metadata }: SecretView): boolean {
  if (externalSecret.spec.creationPolicy === 'Owner') return ownershipOf({ metadata }, externalSecret).kind === 'ours';
  return metadata.labels?.[managedLabel] === 'true';
}

function behind(reason: string): Currency {
  return { current: false, reason };
}
