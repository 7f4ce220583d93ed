import { defaultApplicationNamespace } from '../api/application.ts';
import type { KubeObject } from '../api/object.ts';
import { readRepositorySecret, type RepositoryCredential, repositorySecrets } from '../gitops/source/credentials/repository-credential.ts';
import type { RepositoryCredentials } from '../gitops/source/credentials/repository-credentials.ts';
import { findCredential } from '../gitops/source/credentials/find-credential.ts';
import { liesWithin, placeOf } from '../gitops/source/credentials/repository-place.ts';
import type { SourceNews } from '../gitops/source/source-news.ts';
import type { Informer } from '../kube/informer.ts';
import { configMapType, secretType } from '../kube/resource-types.ts';
import type { Cancel } from '../lib/clock.ts';
import { untilAborted } from '../lib/until-aborted.ts';
import type { Foundation } from './half.ts';

export interface RepositoryCredentialOptions {
  /** Where the Secrets are taken from: the controller's own namespace, and Argo CD's. */
  readonly namespaces: readonly string[];
  /** Told when a credential comes, changes or goes. */
  readonly news: Pick<SourceNews, 'tell'>;
}

/** Where repository Secrets are taken from: our own namespace, and that of Argo CD where its Applications are ours. */
export function credentialNamespaces(own: string, applicationNamespaces: readonly string[]): readonly string[] {
  return [...new Set([own, ...applicationNamespaces.filter((name) => name === defaultApplicationNamespace)])];
}

/** Argo CD's ConfigMap with the keys of servers. */
export const knownHostsName = 'argocd-ssh-known-hosts-cm';

/** Milliseconds that the first answer is waited for: without it, servers are asked as anybody, and refuse. */
const patience = 5_000;

/** Milliseconds in which changes are told of together: many Secrets come at once after a restore. */
const together = 50;

/**
 * Keeps Argo CD's repository Secrets, seen by their label alone, and its ConfigMap of host keys. Where the controller may not see them,
 * repositories are asked as anybody.
 */
export function watchRepositoryCredentials({ startInformer, lifetime, clock, log }: Foundation, { namespaces, news }: RepositoryCredentialOptions): RepositoryCredentials {
  const secrets = namespaces.map((namespace) => startInformer<RepositoryCredential>({ type: secretType, selection: { namespace, labelSelector: repositorySecrets }, project: readRepositorySecret }, lifetime));
  const knownHosts = namespaces.map((namespace) => startInformer<string>({ type: configMapType, selection: { namespace, fieldSelector: `metadata.name=${knownHostsName}` }, project: knownHostsOf }, lifetime));
  const told = createTeller(news, clock.after);
  for (const informer of secrets) {
    informer.subscribe(({ current, previous }) => {
      if (current?.version === previous?.version) return;
      if (current?.problem !== undefined) log.warn({ secret: current.name, problem: current.problem }, 'a repository Secret is not used');
      for (const credential of [current, previous]) if (credential !== undefined) told(credential);
    });
  }
  for (const informer of knownHosts) informer.subscribe(({ current, previous }) => (current === previous ? undefined : told('every server')));
  const ready = waitOnce([...secrets, ...knownHosts], clock.after);
  return {
    ready: (signal) => ready(signal),
    find: (url) => findCredential(secrets.flatMap((informer) => [...informer.values()]), url),
    knownHosts: () => knownHosts.flatMap((informer) => [...informer.values()]).join('\n'),
  };
}

/** The lines of known_hosts that it holds; undefined for another ConfigMap. */
export function knownHostsOf({ metadata: { name }, ...rest }: KubeObject): string | undefined {
  const data = rest['data'];
  const text: unknown = typeof data === 'object' && data !== null ? Object.getOwnPropertyDescriptor(data, 'ssh_known_hosts')?.value : undefined;
  return name === knownHostsName && typeof text === 'string' ? text : undefined;
}

type After = (ms: number, run: () => void) => Cancel;

/** Tells of several changes as one. */
function createTeller(news: Pick<SourceNews, 'tell'>, after: After): (changed: RepositoryCredential | 'every server') => void {
  const changed = new Set<RepositoryCredential | 'every server'>();
  return (one) => {
    if (changed.size === 0) {
      after(together, () => {
        const all = [...changed];
        changed.clear();
        news.tell({ isAboutCredentials: true, concerns: (repoURL) => all.some((credential) => isFor(credential, repoURL)) });
      });
    }
    changed.add(one);
  };
}

function isFor(credential: RepositoryCredential | 'every server', repoURL: string): boolean {
  const place = placeOf(repoURL);
  if (credential === 'every server') return place?.transport === 'ssh';
  return place !== undefined && liesWithin(place, credential.place);
}

/** Waits for the first lists, all callers together, and never again. */
function waitOnce(informers: readonly Pick<Informer<unknown>, 'synced'>[], after: After): (signal: AbortSignal) => Promise<void> {
  let isOver = false;
  let waiting: Promise<void> | undefined;
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const over = (): void => {
        isOver = true;
        cancel();
        resolve();
      };
      const cancel = after(patience, over);
      void Promise.allSettled(informers.map(({ synced }) => synced)).then(over);
    });
  return async (signal) => {
    signal.throwIfAborted();
    if (!isOver) await untilAborted((waiting ??= wait()), signal);
  };
}
