import { awaitChange } from '../gitops/source/await-change.ts';
import type { GitOptions } from '../gitops/source/git-repository.ts';
import type { Clock } from '../lib/clock.ts';
import { gitCacheFolder } from './git-cache.ts';
import { gitHosts } from './git-hosts.ts';
import { gitProtocols, type UpOptions } from './options.ts';

interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** How `up` reads repositories that are not folders. */
export function upGit({ target, repositories }: Pick<UpOptions, 'target' | 'repositories'>, { environment, clock }: Surroundings): GitOptions {
  // an Application of somebody else's must not read this machine's disk; what the person names may
  const ownDisk = [target, ...repositories.map(({ path }) => path)].some((place) => place.startsWith('file:'));
  return { cache: gitCacheFolder(environment), protocols: ownDisk ? gitProtocols : gitProtocols.filter((name) => name !== 'file'), clock, hosts: gitHosts(environment, true) };
}

/**
 * Waits until what `up` was given, or what `--repo` maps to, has changed. What it records in a folder itself is no change.
 * @returns which of them
 * @throws SourceError; the signal's reason
 */
export function awaitUpChange(options: Pick<UpOptions, 'target' | 'repositories' | 'revision' | 'cluster'>, surroundings: Surroundings, signal: AbortSignal): Promise<string> {
  const { target, repositories, revision, cluster } = options;
  const places = [target, ...repositories.map(({ path }) => path)];
  const recorded = cluster.kind === 'local' ? { recordedIn: cluster.folder } : {};
  return awaitChange(places, { git: upGit(options, surroundings), clock: surroundings.clock, ...recorded, ...(revision === undefined ? {} : { revision }) }, signal);
}
