import type { X509Certificate } from 'node:crypto';
import { createHash, createPrivateKey, randomUUID } from 'node:crypto';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { SigningKeyError, signJwt } from '../../src/lib/sign-jwt.ts';
import type { ProviderContext } from '../../src/provider/contract.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { pemOf } from './pem.ts';

/** A certificate of an application, and the key that signs for it. */
export interface ClientCertificate {
  readonly certificate: X509Certificate;
  /** PEM. */
  readonly key: string;
}

/** Seconds that a signed request for a token is good for. */
const assertionSeconds = 600;

/**
 * Reads a certificate with its private key, from PEM or from a PKCS#12 file without a password.
 * @throws ProviderError `invalid`, which quotes nothing of it
 */
export async function readClientCertificate(file: SecretBytes, render: ProviderContext['renderTemplate']): Promise<ClientCertificate> {
  const { certificates, key } = await pemOf(file, render);
  if (key === undefined) throw new ProviderError('invalid', 'authSecretRef.clientCertificate holds no private key');
  const certificate = certificates.find((one) => one.checkPrivateKey(createPrivateKey(key)));
  if (certificate === undefined) throw new ProviderError('invalid', 'authSecretRef.clientCertificate holds no certificate of its private key');
  return { certificate, key };
}

/**
 * What proves an application to a token endpoint: a token that it has signed itself, with the thumbprint of its certificate.
 * @param now milliseconds since the epoch
 * @throws ProviderError `invalid` where the key is no RSA key, which Entra ID does not take
 */
export function clientAssertion({ certificate, key }: ClientCertificate, { clientId, endpoint, now }: { readonly clientId: string; readonly endpoint: string; readonly now: number }): string {
  const seconds = Math.floor(now / 1000);
  const claims = { aud: endpoint, iss: clientId, sub: clientId, jti: randomUUID(), iat: seconds, nbf: seconds, exp: seconds + assertionSeconds };
  const thumbprint = (algorithm: string): string => createHash(algorithm).update(certificate.raw).digest('base64url');
  try {
    return signJwt(claims, key, undefined, { x5t: thumbprint('sha1'), 'x5t#S256': thumbprint('sha256') });
  } catch (error) {
    if (error instanceof SigningKeyError) throw new ProviderError('invalid', 'authSecretRef.clientCertificate needs an RSA key');
    throw error;
  }
}
