import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { callFailure } from './call-failure.ts';
import type { FetchedKeys } from './key-source.ts';
import type { StsOptions } from './sts.ts';

/**
 * The identity of Prelude's own pod or machine, by the SDK's chain: environment, profile, service account of EKS (IRSA), EKS Pod Identity,
 * ECS, EC2. The SDK loads each of these when it comes to it.
 * @returns what fetches keys. It throws ProviderError, or the signal's reason
 */
export async function ownIdentity({ region, settings: { endpoint } }: StsOptions): Promise<(signal: AbortSignal) => Promise<FetchedKeys>> {
  const { fromNodeProviderChain } = await import('@aws-sdk/credential-providers');
  const chain = fromNodeProviderChain({ clientConfig: { region, maxAttempts: 1, ...(endpoint === undefined ? {} : { endpoint }) } });
  return async (signal) => {
    signal.throwIfAborted();
    try {
      const { accessKeyId, secretAccessKey, sessionToken, expiration } = await chain();
      return {
        accessKeyId: SecretBytes.fromUtf8(accessKeyId),
        secretAccessKey: SecretBytes.fromUtf8(secretAccessKey),
        ...(sessionToken === undefined ? {} : { sessionToken: SecretBytes.fromUtf8(sessionToken) }),
        ...(expiration === undefined ? {} : { expiration: Math.floor(expiration.getTime() / 1000) }),
      };
    } catch (thrown) {
      throw ownIdentityFailure(thrown);
    }
  };
}

function ownIdentityFailure(thrown: unknown): ProviderError {
  const nobody = thrown instanceof Error && thrown.name === 'CredentialsProviderError';
  if (!nobody) return callFailure(thrown, { service: 'AWS STS', action: 'sts:AssumeRoleWithWebIdentity' });
  return new ProviderError('unavailable', "Prelude has no AWS identity: neither its environment, nor its service account, nor its machine gives it one; name credentials in the store's auth");
}
