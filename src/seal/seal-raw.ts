import { SecretBytes } from '../lib/secret-bytes.ts';
import { sealValue } from './ciphertext.ts';
import { labelOf, type SealedFor } from './scope.ts';
import { SealError } from './seal-error.ts';
import type { SealMeans } from './seal-secret.ts';

/**
 * Seals a bare value for an owner, and prints it without a line feed. What the scope does not bind may be empty.
 * @param read gives the value; it is asked for only where the owner is complete
 * @throws SealError in kubeseal's words
 */
export async function sealRawValue(owner: SealedFor, { certificate, randomBytes }: SealMeans, read: () => Promise<Uint8Array>): Promise<string> {
  const { scope, namespace, name } = owner;
  if (scope !== 'cluster-wide' && namespace === '') throw new SealError(`must provide the --namespace flag with --raw and --scope ${scope}`);
  if (scope === 'strict' && name === '') throw new SealError(`must provide the --name flag with --raw and --scope ${scope}`);
  const value = new SecretBytes(await read());
  return Buffer.from(sealValue(value, { key: certificate.publicKey, label: labelOf(owner), randomBytes })).toString('base64');
}
