import { noGeneration } from '../api/condition.ts';
import { sealedSecretAnnotations, type SealedSecret, syncedCondition } from '../api/sealed-secret.ts';
import type { Currency, SecretView } from './currency.ts';

/**
 * Whether the Secret of a SealedSecret is there and current: unsealed for this generation, its own, and with every key. Statuses of
 * Sealed Secrets' controller are judged the same way. The generation is enough to know the values: it counts ciphertexts and template,
 * and another scope, which it does not count, opens the same values or none.
 * @param secret the live Secret of its name, or undefined where there is none
 */
export function sealedCurrencyOf(sealedSecret: SealedSecret, secret: SecretView | undefined): Currency {
  const { metadata, spec, status } = sealedSecret;
  const synced = status.conditions.find(({ type }) => type === syncedCondition);
  if (synced === undefined) return behind('not unsealed yet; a controller of SealedSecrets must run');
  // upstream's CRD drops generations of conditions; our status then speaks of none after a failure, and why it failed is all that is known
  if (synced.status === 'False' && synced.observedGeneration === undefined && status.observedGeneration === noGeneration) return behind(synced.message);
  const observed = synced.observedGeneration ?? status.observedGeneration;
  if (observed !== metadata.generation) return behind('unsealed for an older generation');
  if (synced.status !== 'True') return behind(synced.message);

  if (secret === undefined) return behind(`Secret "${metadata.name}" is not there`);
  if (!isItsWork(sealedSecret, secret)) return behind(`Secret "${metadata.name}" is not this SealedSecret's`);
  const keys = [...Object.keys(spec.encryptedData), ...Object.keys(spec.template.data)];
  const found = new Set(secret.keys);
  const missing = keys.filter((key) => !found.has(key));
  return missing.length === 0 ? { current: true } : behind(`Secret "${metadata.name}" has no key ${missing.join(', ')}`);
}

/** By its owner. Without one, the template asks for none, or the Secret lets itself be added to: that it was written, the condition says. */
function isItsWork({ metadata: { uid }, spec }: SealedSecret, { metadata }: SecretView): boolean {
  const owner = (metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  if (owner?.uid === uid) return true;
  const { patch, skipOwner } = sealedSecretAnnotations;
  return metadata.annotations?.[patch] === 'true' || (owner === undefined && spec.template.annotations[skipOwner] === 'true');
}

function behind(reason: string): Currency {
  return { current: false, reason };
}
