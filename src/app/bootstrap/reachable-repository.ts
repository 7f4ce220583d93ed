import type { KubeObject } from '../../api/object.ts';
import { findCredential } from '../../gitops/source/credentials/find-credential.ts';
import { hostKeysOf, untoldHostKeys } from '../../gitops/source/credentials/known-hosts.ts';
import { createInstallationTokens, type InstallationTokens } from '../../gitops/source/credentials/installation-tokens.ts';
import type { RepositoryCredential } from '../../gitops/source/credentials/repository-credential.ts';
import { shippedHostKeys } from '../../gitops/source/credentials/shipped-host-keys.ts';
import { createGitRepository } from '../../gitops/source/git-repository.ts';
import { type GitUrl, redactUrl } from '../../gitops/source/git-url.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { configMapType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import { createHttpClient } from '../../lib/http-client.ts';
import { sleep } from '../../lib/sleep.ts';
import { gitCacheFolder } from '../git-cache.ts';
import { gitHosts } from '../git-hosts.ts';
import { knownHostsName, knownHostsOf } from '../repository-credentials.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions, BootstrapProgress } from './bootstrap-options.ts';
import { folderOf } from './first-application.ts';

/** Host keys that the cluster has for all repositories, as lines of known_hosts. @throws KubeError */
export async function clusterKnownHosts(cluster: Pick<Cluster, 'get'>, namespaces: readonly string[], signal: AbortSignal): Promise<string> {
  const found = await Promise.all(namespaces.map((namespace): Promise<KubeObject | undefined> => cluster.get(configMapType, { namespace, name: knownHostsName }, signal)));
  return found.flatMap((object) => (object === undefined ? [] : (knownHostsOf(object) ?? []))).join('\n');
}

/** Sees to it that a server's keys are known. @param remedy where they are to be written @throws BootstrapError */
export function requireHostKeys(address: GitUrl, knownHosts: readonly string[], remedy = 'write the lines to a file, and name it with --known-hosts'): void {
  if (address.kind !== 'ssh' || hostKeysOf([...knownHosts, shippedHostKeys], address).length > 0) return;
  throw new BootstrapError(`${untoldHostKeys(address)}, ${remedy}`);
}

export interface ReadableOptions {
  readonly repository: BootstrapOptions['repository'];
  readonly credentials: readonly RepositoryCredential[];
  readonly knownHosts: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** Looks once whether the folder can be read at the revision, as the controller will read it. @returns the commit @throws SourceError, BootstrapError */
async function readOnce({ repository: { url, revision, path }, credentials, knownHosts, environment, clock }: ReadableOptions, installationTokens: InstallationTokens, signal: AbortSignal): Promise<string> {
  const found = { ready: () => Promise.resolve(), find: (repoURL: string) => findCredential(credentials, repoURL), knownHosts: () => knownHosts };
  const repository = createGitRepository(url, { cache: gitCacheFolder(environment), protocols: ['https', 'ssh'], clock, credentials: found, installationTokens, hosts: gitHosts(environment, true) });
  const tree = await repository.tree(revision, signal);
  if ((await tree.list(folderOf(path), signal)).length === 0) throw new BootstrapError(`${redactUrl(url)} has no files in ${path} at ${revision} (${tree.revision.slice(0, 12)}): commit a first manifest there, or name another folder with --path`);
  return tree.revision;
}

/** Milliseconds between two looks for a key that a person is about to register. */
const lookEvery = 3_000;

/**
 * Reads the repository, so that what is wrong with a credential is said here and now.
 * @param isPatient whether a refusal is waited for to end: a new key is not registered yet. A server that is away is waited for, too.
 * @returns the commit
 * @throws SourceError, BootstrapError; the signal's reason
 */
export async function untilReadable(options: ReadableOptions & { readonly isPatient: boolean; readonly progress: BootstrapProgress }, signal: AbortSignal): Promise<string> {
  // a token of a GitHub App serves all looks
  const http = createHttpClient({ clock: options.clock, allowLoopback: true });
  const installationTokens = createInstallationTokens({ http: http.request, clock: options.clock });
  try {
    for (let told = ''; ; ) {
      try {
        return await readOnce(options, installationTokens, signal);
      } catch (error) {
        // services say of a private repository that it is not there
        if (signal.aborted || !isSourceError(error, 'denied', 'absent', 'unavailable') || !(options.isPatient || error.kind === 'unavailable')) throw error;
        if (error.message !== told) options.progress.waiting((told = error.message));
      }
      await sleep(options.clock, lookEvery, signal);
    }
  } finally {
    await http.close();
  }
}
