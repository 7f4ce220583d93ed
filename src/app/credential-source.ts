import { isKubeError } from '../kube/kube-error.ts';
import type { Cluster } from '../kube/port.ts';
import { secretType } from '../kube/resource-types.ts';
import type { Informer } from '../kube/informer.ts';
import type { ObjectVersion } from '../kube/object-version.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { CredentialSource } from '../provider/credential-source.ts';
import { ProviderError } from '../provider/provider-error.ts';

/**
 * The Secrets that stores name, read from the cluster one at a time. What tells that one has changed comes from the
 * metadata watch, so that a credential is read once and again only when it is another one.
 */
export function createCredentialSource(cluster: Cluster, versions: Pick<Informer<ObjectVersion>, 'get' | 'healthy'>): CredentialSource {
  return {
    version: (namespace, name) => (versions.healthy() ? versions.get({ namespace, name })?.version : undefined),
    read: async (namespace, name, key, signal) => {
      try {
        const secret = await cluster.get(secretType, { namespace, name }, signal);
        return decode(secret?.['data'], key);
      } catch (error) {
        if (!isKubeError(error)) throw error;
        const kind = error.kind === 'denied' ? 'denied' : 'unavailable';
        throw new ProviderError(kind, `the credentials in Secret ${namespace}/${name} could not be read: ${error.message}`, { cause: error });
      }
    },
  };
}

function decode(data: unknown, key: string): SecretBytes | undefined {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(data, key)?.value;
  return typeof value === 'string' ? new SecretBytes(Buffer.from(value, 'base64')) : undefined;
}
