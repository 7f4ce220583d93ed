import { pathToFileURL } from 'node:url';
import type { Application } from '../../api/application.ts';
import type { RenderedObject } from '../../gitops/plan/plan.ts';
import { renderApplication, type ReadSource, type RenderedApplication } from '../../gitops/render/render-application.ts';
import type { RendererName } from '../../gitops/render/renderer-choice.ts';
import type { CommitFacts } from '../../gitops/source/commit-facts.ts';
import { redactUrl } from '../../gitops/source/git-url.ts';
import { openHome } from '../../gitops/source/home.ts';
import { createResolver, type Resolver } from '../../gitops/source/resolver.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import { openWorkTree } from '../../gitops/source/work-tree.ts';
import type { Clock } from '../../lib/clock.ts';
import { type ChartMeans, createChartMeans } from '../chart-means.ts';
import { gitCacheFolder } from '../git-cache.ts';
import { gitHosts } from '../git-hosts.ts';
import { gitProtocols, type RepositoryMapping } from '../options.ts';

/** Where sources of Applications are looked for. */
export interface SourcePlaces {
  /** A folder: the checkout that `.` means, and whose commits serve those who name its remotes. */
  readonly path: string;
  readonly repositories: readonly RepositoryMapping[];
  readonly renderer?: RendererName;
}

/** Where in Git an object stands. */
export interface ObjectSource {
  /** The repository's address or folder, without credentials. */
  readonly repository: string;
  /** The commit, the version of a chart, or `worktree` for files that are not committed. */
  readonly revision: string;
  readonly file: string;
  readonly line: number;
}

/** What Git says an Application is. */
export interface Desired {
  readonly objects: readonly { readonly rendered: RenderedObject; readonly source: ObjectSource }[];
  /** By revision. */
  readonly commits: ReadonlyMap<string, CommitFacts>;
}

export interface ReadingMeans {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/**
 * Reads an Application's sources at a revision: from the checkout at hand where it has it, so that no server is asked and no credentials
 * are needed, and else from their addresses. Charts are rendered without values of the cluster.
 * @param revision as statuses have it; undefined: as it is on disk, or what the sources stand for now
 * @throws SourceError
 */
export async function readDesired(application: Application, revision: string | undefined, places: SourcePlaces, { environment, clock }: ReadingMeans, signal: AbortSignal): Promise<Desired> {
  const means = createChartMeans(clock, places.renderer);
  try {
    const [near, far] = await resolversFor(places, means, { environment, clock }, signal);
    const options = { renderers: means.renderers, ...(revision === undefined ? {} : { revision }) };
    const rendered = await renderApplication(application, { ...options, resolver: near }, signal).catch((error: unknown) => {
      if (!isSourceError(error) || signal.aborted) throw error;
      return renderApplication(application, { ...options, resolver: far }, signal);
    });
    return { objects: await placed(rendered, signal), commits: await commitsOf(rendered, signal) };
  } finally {
    await means.close();
  }
}

/** One that prefers the checkout, and one that does not. */
async function resolversFor({ path, repositories }: SourcePlaces, { charts }: ChartMeans, { environment, clock }: ReadingMeans, signal: AbortSignal): Promise<readonly [Resolver, Resolver]> {
  const mapped = repositories.map(({ url, path: place }) => [url, place] as const);
  const cache = gitCacheFolder(environment);
  // a person asks, from their own machine: as for `up`
  const remote = { cache, clock, protocols: gitProtocols.filter((protocol) => protocol !== 'file'), hosts: gitHosts(environment, true) };
  const found = await Promise.all([openHome(path, {}, signal), openWorkTree(path, signal)]).catch((error: unknown) => {
    if (!isSourceError(error)) throw error;
    return undefined;
  });
  const far = createResolver({ ...(found === undefined ? {} : { home: found[0] }), git: remote, charts, mapped: new Map(mapped) });
  const git = found?.[1].git;
  if (git === undefined) return [far, far];
  const own = git.remotes.map((url) => [url, pathToFileURL(git.top).href] as const);
  const near = createResolver({ ...(found === undefined ? {} : { home: found[0] }), git: { ...remote, protocols: gitProtocols }, charts, mapped: new Map([...own, ...mapped]) });
  return [near, far];
}

/** Says of each object which of the sources has its file. */
async function placed({ sources, rendered }: RenderedApplication, signal: AbortSignal): Promise<Desired['objects']> {
  const files = await Promise.all(sources.map(async (read) => ({ read, paths: new Set((await read.tree.list('', signal)).map(({ path }) => path)) })));
  const [first] = sources;
  return rendered.objects.flatMap((one) => {
    const read = files.find(({ paths }) => paths.has(one.origin.file))?.read ?? first;
    return read === undefined ? [] : [{ rendered: one, source: { ...placeOf(read), ...one.origin } }];
  });
}

function placeOf({ source, tree }: ReadSource): Pick<ObjectSource, 'repository' | 'revision'> {
  const { readFrom } = tree;
  // the checkout serves for the address; what a person looks for is the address
  return { repository: readFrom.kind === 'git' ? redactUrl(source.repoURL) : readFrom.label, revision: tree.revision };
}

async function commitsOf({ sources }: RenderedApplication, signal: AbortSignal): Promise<Desired['commits']> {
  const commits = new Map<string, CommitFacts>();
  for (const { tree } of sources) {
    const commit = commits.has(tree.revision) ? undefined : await tree.commit?.(signal);
    if (commit !== undefined) commits.set(tree.revision, commit);
  }
  return commits;
}
