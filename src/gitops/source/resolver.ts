import { createGitRepository, type GitOptions, type GitRepository } from './git-repository.ts';
import { normaliseGitUrl, parseGitUrl, redactUrl } from './git-url.ts';
import { type Home, isAddress } from './home.ts';
import { createServerTurns } from './server-turns.ts';
import { SourceError } from './source-error.ts';
import type { SourceResolver, SourceTree } from './source-tree.ts';
import { openWorkTree } from './work-tree.ts';

/** A packaged chart in a Helm repository or an OCI registry. */
export interface PackagedChart {
  readonly repoURL: string;
  readonly chart: string;
  /** A version, a range of them, or a digest. */
  readonly version: string;
}

/** Fetches packaged charts. */
export interface ChartSources {
  /** The chart's files, as the tree of a repository of which the chart is the root; its revision is what `poll` answers. @throws SourceError */
  readonly resolve: (chart: PackagedChart, signal: AbortSignal) => Promise<ResolvedTree>;
  /**
   * The version that is meant now; `1.2.3@sha256:…` where a digest is wanted, so that whoever resolves the answer keeps to it.
   * @param since an answer that was asked for before this moment (of the clock's `monotonic`) will not do; absent: one of the last half minute will
   * @throws SourceError
   */
  readonly poll: (chart: PackagedChart, signal: AbortSignal, since?: number) => Promise<string>;
}

/** A tree, and how it was come by. */
export interface ResolvedTree extends SourceTree {
  readonly readFrom: TreeOrigin;
}

export type TreeOrigin =
  /** The home itself; its files stand in this tree below `prefix`. targetRevision was not looked at. */
  | { readonly kind: 'home'; readonly label: string; readonly prefix: string }
  /** A folder that `--repo` named. targetRevision was not looked at. */
  | { readonly kind: 'folder'; readonly label: string }
  | { readonly kind: 'git'; readonly label: string }
  | { readonly kind: 'chart'; readonly label: string };

export interface Resolver extends SourceResolver {
  /** @throws SourceError; `elsewhere` for a repository that may not be fetched */
  readonly resolve: (repoURL: string, targetRevision: string, signal: AbortSignal) => Promise<ResolvedTree>;
  /**
   * The commit a revision stands for now, cheaply: one ls-remote for all that ask at the same time. `worktree` for folders.
   * @param since as `GitRepository.poll` has it
   */
  readonly poll: (repoURL: string, targetRevision: string, signal: AbortSignal, since?: number) => Promise<string>;
  /** Absent: offline, no chart is fetched. */
  readonly charts?: ChartSources;
}

export interface ResolverOptions {
  /** Absent in the controller, where `.` means nothing. */
  readonly home?: Home;
  /** `--repo URL=PLACE`: from a repoURL as Applications write it (`.` too) to a folder or a Git URL. */
  readonly mapped?: ReadonlyMap<string, string>;
  /** Absent: offline, nothing is fetched. */
  readonly git?: GitOptions;
  /** Absent: offline, no chart is fetched. */
  readonly charts?: ChartSources;
}

/** The repositories kept open; a controller sees few, and what is dropped is opened again. */
const openRepositories = 256;

/** Finds the tree of a source: in PATH, in a folder that `--repo` names, or in a Git repository. */
export function createResolver(options: ResolverOptions): Resolver {
  const { home, charts } = options;
  const git = options.git === undefined ? undefined : { turns: createServerTurns(options.git.clock), ...options.git };
  const mapped = new Map([...(options.mapped ?? [])].map(([from, to]) => [keyOf(from), to]));
  const repositories = new Map<string, GitRepository>();

  function repository(url: string): GitRepository {
    if (git === undefined) throw new SourceError('elsewhere', `${redactUrl(url)} is another repository; only the one at hand is read offline`);
    const open = repositories.get(url) ?? createGitRepository(url, git);
    repositories.delete(url);
    repositories.set(url, open);
    const [oldest] = repositories.keys();
    if (repositories.size > openRepositories && oldest !== undefined) repositories.delete(oldest);
    return open;
  }

  function locate(repoURL: string): { readonly home: Home } | { readonly folder: string } | { readonly url: string } {
    // credentials are refused wherever the repository is read from
    if (normaliseGitUrl(repoURL) !== undefined) parseGitUrl(repoURL);
    const key = keyOf(repoURL);
    const place = mapped.get(key);
    if (place !== undefined) return isAddress(place) ? { url: place } : { folder: place };
    if (home !== undefined && (repoURL === '.' || home.addresses.has(key))) return { home };
    if (repoURL === '.') throw new SourceError('invalid', 'repoURL "." means the repository that a command was given; a controller needs its URL');
    // an address that is refused anyway should say so offline, too
    parseGitUrl(repoURL);
    return { url: repoURL };
  }

  return {
    ...(charts === undefined ? {} : { charts }),
    resolve: async (repoURL, targetRevision, signal) => {
      const found = locate(repoURL);
      if ('home' in found) return homeTree(found.home, repoURL);
      if ('folder' in found) {
        const { tree } = await openWorkTree(found.folder, signal);
        return { ...tree, readFrom: { kind: 'folder', label: found.folder } };
      }
      const tree = await repository(found.url).tree(targetRevision || 'HEAD', signal);
      return { ...tree, readFrom: { kind: 'git', label: redactUrl(found.url) } };
    },
    poll: async (repoURL, targetRevision, signal, since) => {
      const found = locate(repoURL);
      if ('home' in found) return found.home.tree.revision;
      return 'folder' in found ? 'worktree' : repository(found.url).poll(targetRevision || 'HEAD', signal, since);
    },
  };
}

/** `.` is the home itself; its address means the whole repository, of which the home may be a part. */
function homeTree(home: Home, repoURL: string): ResolvedTree {
  const whole = repoURL !== '.';
  return { ...(whole ? home.whole : home.tree), readFrom: { kind: 'home', label: home.label, prefix: whole ? home.prefix : '' } };
}

function keyOf(repoURL: string): string {
  return normaliseGitUrl(repoURL) ?? repoURL;
}
