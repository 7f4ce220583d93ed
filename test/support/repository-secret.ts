import type { KubeObject } from '../../src/api/object.ts';
import { findCredential } from '../../src/gitops/source/credentials/find-credential.ts';
import { readRepositorySecret } from '../../src/gitops/source/credentials/repository-credential.ts';
import type { RepositoryCredentials } from '../../src/gitops/source/credentials/repository-credentials.ts';

/** One of Argo CD's repository Secrets, as the API server returns it. */
export function repositorySecret(name: string, values: Readonly<Record<string, string>>, type: 'repository' | 'repo-creds' = 'repository'): KubeObject {
  const data = Object.fromEntries(Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')]));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'argocd', name, labels: { 'argocd.argoproj.io/secret-type': type } }, data };
}

/** The credentials of some Secrets, which tests may add to and take from. */
export function credentialsOf(secrets: readonly KubeObject[], knownHosts = ''): RepositoryCredentials {
  return {
    ready: async () => {},
    find: (url) => findCredential(secrets.flatMap((secret) => readRepositorySecret(secret) ?? []), url),
    knownHosts: () => knownHosts,
  };
}
