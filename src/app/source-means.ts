import { createResolver, type Resolver } from '../gitops/source/resolver.ts';
import { normaliseGitUrl } from '../gitops/source/git-url.ts';
import type { RendererName } from '../gitops/render/renderer-choice.ts';
import type { Renderer } from '../gitops/render/renderer.ts';
import type { GitProtocol } from '../gitops/source/git-command.ts';
import { createInstallationTokens } from '../gitops/source/credentials/installation-tokens.ts';
import { createSourceNews, type SourceNews } from '../gitops/source/source-news.ts';
import { createHttpClient } from '../lib/http-client.ts';
import type { ChangeNotice } from '../provider/change-notice.ts';
import { createChartMeans } from './chart-means.ts';
import { gitCacheFolder } from './git-cache.ts';
import { gitHosts } from './git-hosts.ts';
import type { Foundation } from './half.ts';
import type { RepositoryMapping } from './options.ts';
import { watchRepositoryCredentials } from './repository-credentials.ts';

export interface SourceMeansOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly protocols: readonly GitProtocol[];
  /** Whether repositories may be on this machine. */
  readonly allowLoopback: boolean;
  readonly repositories: readonly RepositoryMapping[];
  readonly renderer?: RendererName;
  /** Where repository Secrets are taken from. */
  readonly credentialNamespaces: readonly string[];
}

/** What a controller finds, reads and renders sources with. */
export interface SourceMeans {
  readonly resolver: Resolver;
  readonly renderers: readonly Renderer[];
  readonly news: SourceNews;
  /** Looks at repositories that somebody has pushed to; answers how many those are. */
  readonly wake: (notice: ChangeNotice) => number;
  readonly close: () => Promise<void>;
}

/** Puts together what reads sources, with the credentials that are in the cluster. */
export function createSourceMeans(foundation: Foundation, options: SourceMeansOptions): SourceMeans {
  const { environment, protocols, repositories, renderer, credentialNamespaces: namespaces, allowLoopback } = options;
  const news = createSourceNews();
  const credentials = watchRepositoryCredentials(foundation, { namespaces, news });
  const hosts = gitHosts(environment, allowLoopback);
  const { clock } = foundation;
  const http = createHttpClient({ clock, allowLoopback, ownAddresses: hosts.ownAddresses ?? [] });
  const git = { cache: gitCacheFolder(environment), protocols, clock, credentials, hosts, installationTokens: createInstallationTokens({ http: http.request, clock }) };
  const { charts, renderers, ...means } = createChartMeans(clock, renderer, { credentials, ...(hosts.ownAddresses === undefined ? {} : { ownAddresses: hosts.ownAddresses }) });
  const resolver = createResolver({ mapped: new Map(repositories.map(({ url, path }) => [url, path])), git, charts });
  const close = async (): Promise<void> => void (await Promise.all([http.close(), means.close()]));
  return { resolver, renderers, news, close, wake: ({ keys }) => wakeRepositories(keys, news) };
}

/**
 * Services find a repository whatever the case of its name, and tell of it as they write it themselves.
 * @param keys addresses as `normaliseGitUrl` writes them
 */
function wakeRepositories(keys: readonly string[], news: Pick<SourceNews, 'tell'>): number {
  const pushed = new Set(keys.map((key) => key.toLowerCase()));
  return news.tell({ concerns: (repoURL) => pushed.has(normaliseGitUrl(repoURL)?.toLowerCase() ?? '') });
}
