import { createSign } from 'node:crypto';
import type { ProviderContext, SecretKeySelector } from '../../src/provider/contract.ts';
import { credentialText } from '../../src/provider/credential-text.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { readOciKey } from './oci-private-key.ts';

/** The parts of an API key at Oracle Cloud, each in a Secret. */
export interface OciKey {
  readonly privateKey: SecretKeySelector;
  readonly privateKeyPassphrase?: SecretKeySelector;
  readonly fingerprint: SecretKeySelector;
  readonly userId: SecretKeySelector;
  readonly tenancyId: SecretKeySelector;
  readonly region: SecretKeySelector;
}

/**
 * The headers of a signed request for the user's own record at Oracle Cloud. Infisical sends that request, and so learns whose key it is;
 * the key itself goes nowhere.
 * @throws ProviderError `invalid` for a key that cannot sign, or parts that cannot be in a URL
 */
export async function ociHeaders(key: OciKey, { secret, clock }: Pick<ProviderContext, 'secret' | 'clock'>): Promise<Readonly<Record<string, string>>> {
  const text = async (selector: SecretKeySelector): Promise<string> => credentialText(await secret(selector));
  const [user, tenancy, fingerprint, region] = await Promise.all([text(key.userId), text(key.tenancyId), text(key.fingerprint), text(key.region)]);
  if (![user, tenancy, fingerprint, region].every((part) => /^[\w.:-]+$/.test(part))) {
    throw new ProviderError('invalid', 'auth.ociAuthCredentials: userId, tenancyId, fingerprint and region must be single words, as Oracle Cloud shows them');
  }
  const passphrase = key.privateKeyPassphrase === undefined ? undefined : await text(key.privateKeyPassphrase);
  const signer = readOciKey(Buffer.from((await secret(key.privateKey)).reveal()).toString('utf8'), passphrase);
  const host = `identity.${region}.oraclecloud.com`;
  const date = new Date(clock.now()).toUTCString();
  const signed = `date: ${date}\n(request-target): get /20160918/users/${user}\nhost: ${host}`;
  const signature = createSign('RSA-SHA256').update(signed).sign(signer, 'base64');
  const authorization = `Signature version="1",headers="date (request-target) host",keyId="${tenancy}/${user}/${fingerprint}",algorithm="rsa-sha256",signature="${signature}"`;
  return { host, date, authorization };
}
