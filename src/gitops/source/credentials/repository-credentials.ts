import type { RepositoryCredential } from './repository-credential.ts';

/** How the servers of repositories are asked: what Secrets say now, each time anew. */
export interface RepositoryCredentials {
  /** Waits until the Secrets have been read once, for a few seconds at most. @throws the signal's reason */
  readonly ready: (signal: AbortSignal) => Promise<void>;
  /** The credential for a repository, a chart repository or a registry. */
  readonly find: (url: string) => RepositoryCredential | undefined;
  /** Lines of known_hosts for all repositories; empty: nobody has given any. */
  readonly knownHosts: () => string;
}
