import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { CredentialSource } from '../../src/provider/credential-source.ts';

export interface RecordingCredentials {
  readonly source: CredentialSource;
  /** What was looked at, read, or acted as: `Secret team-a/token`. */
  readonly seen: readonly string[];
}

/**
 * A cluster that has everything, in every namespace, under every name, and writes down what is asked of it.
 * @param value of every key, but of Secrets whose name begins with `aws-`: an access key is no PEM
 */
export function recordCredentials(value: string): RecordingCredentials {
  const seen: string[] = [];
  const note = (kind: string, namespace: string, name: string): void => void seen.push(`${kind} ${namespace}/${name}`);
  const answer = <T>(kind: string, give: (name: string) => T) => (namespace: string, name: string): Promise<T> => {
    note(kind, namespace, name);
    return Promise.resolve(give(name));
  };
  const bytes = (name: string): SecretBytes => SecretBytes.fromUtf8(name.startsWith('aws-') ? 'AKIAEXAMPLE' : value);
  const version = (kind: string) => (namespace: string, name: string): string => {
    note(kind, namespace, name);
    return '1';
  };
  const source: CredentialSource = {
    read: answer('Secret', bytes),
    version: version('Secret'),
    readWhole: answer('Secret', (name) => ({ labels: { 'external-secrets.io/type': 'webhook' }, data: new Map([['user', bytes(name)]]) })),
    readConfigMap: answer('ConfigMap', () => value),
    configMapVersion: version('ConfigMap'),
    serviceAccount: answer('ServiceAccount', () => accountAnnotations),
    token: ({ namespace, name }) => {
      note('ServiceAccount', namespace, name);
      return Promise.resolve(SecretBytes.fromUtf8('header.e30.signature'));
    },
  };
  return { source, seen };
}

/** As whom a service account acts at the clouds. */
const accountAnnotations = {
  'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/app',
  'iam.gke.io/gcp-service-account': 'app@acme.iam.gserviceaccount.com',
  'azure.workload.identity/client-id': 'client',
  'azure.workload.identity/tenant-id': 'tenant',
};
