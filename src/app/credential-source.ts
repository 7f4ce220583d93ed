import type { KubeObject } from '../api/object.ts';
import type { Informer } from '../kube/informer.ts';
import { isKubeError } from '../kube/kube-error.ts';
import type { ObjectVersion } from '../kube/object-version.ts';
import type { Cluster, ResourceType } from '../kube/port.ts';
import { configMapType, secretType, serviceAccountType } from '../kube/resource-types.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { WholeSecret } from '../provider/contract.ts';
import type { CredentialSource } from '../provider/credential-source.ts';
import { ProviderError } from '../provider/provider-error.ts';

type Versions = Pick<Informer<ObjectVersion>, 'get' | 'healthy'>;

/** The metadata watches that tell when an object is another one. */
export interface CredentialVersions {
  readonly secretVersions: Versions;
  readonly configMapVersions: Versions;
}

/**
 * What stores and generators name, read from the cluster one at a time. What tells that one has changed comes from the
 * metadata watches, so that a credential is read once and again only when it is another one.
 */
export function createCredentialSource(cluster: Cluster, { secretVersions, configMapVersions }: CredentialVersions): CredentialSource {
  async function dataOf(type: ResourceType, namespace: string, name: string, signal: AbortSignal): Promise<KubeObject | undefined> {
    return explained(`the credentials in ${type.kind} ${namespace}/${name} could not be read`, () => cluster.get(type, { namespace, name }, signal));
  }
  return {
    version: (namespace, name) => versionIn(secretVersions, namespace, name),
    configMapVersion: (namespace, name) => versionIn(configMapVersions, namespace, name),
    read: async (namespace, name, key, signal) => {
      const secret = await dataOf(secretType, namespace, name, signal);
      const text = memberOf(secret?.['data'], key);
      return text === undefined ? undefined : decode(text);
    },
    readWhole: async (namespace, name, signal) => {
      const secret = await dataOf(secretType, namespace, name, signal);
      return secret === undefined ? undefined : wholeOf(secret);
    },
    readConfigMap: async (namespace, name, key, signal) => {
      const configMap = await dataOf(configMapType, namespace, name, signal);
      return memberOf(configMap?.['data'], key);
    },
    serviceAccount: async (namespace, name, signal) => {
      const what = `ServiceAccount ${namespace}/${name} could not be read`;
      const found = await explained(what, () => cluster.get(serviceAccountType, { namespace, name }, signal, { metadataOnly: true }));
      return found === undefined ? undefined : (found.metadata.annotations ?? {});
    },
    token: (account, request, signal) => {
      const what = `a token of ServiceAccount ${account.namespace}/${account.name} could not be had`;
      return explained(what, async () => SecretBytes.fromUtf8(await cluster.tokenRequest(account, request, signal)));
    },
  };
}

/** Says of a failure at the API server what it was about, and as what a provider's user should see it. */
async function explained<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const retryAfter = error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter };
    throw new ProviderError(kindOf(error.kind), `${what}: ${error.message}`, { ...retryAfter, cause: error });
  }
}

function kindOf(kind: string): ProviderError['kind'] {
  if (kind === 'denied' || kind === 'unsupported' || kind === 'invalid') return kind;
  return kind === 'absent' ? 'invalid' : 'unavailable';
}

function versionIn(versions: Versions, namespace: string, name: string): string | undefined {
  return versions.healthy() ? versions.get({ namespace, name })?.version : undefined;
}

function wholeOf(secret: KubeObject): WholeSecret {
  const data = secret['data'];
  const entries = typeof data === 'object' && data !== null ? Object.entries(data) : [];
  const values = entries.flatMap(([key, text]: readonly [string, unknown]) => (typeof text === 'string' ? [[key, decode(text)] as const] : []));
  return { labels: secret.metadata.labels ?? {}, data: new Map(values) };
}

function memberOf(data: unknown, key: string): string | undefined {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  const value: unknown = Object.getOwnPropertyDescriptor(data, key)?.value;
  return typeof value === 'string' ? value : undefined;
}

function decode(base64: string): SecretBytes {
  return new SecretBytes(Buffer.from(base64, 'base64'));
}
