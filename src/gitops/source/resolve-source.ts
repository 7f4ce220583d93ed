import type { ApplicationSource } from '../../api/application-source.ts';
import type { ResolvedTree, Resolver } from './resolver.ts';
import { SourceError } from './source-error.ts';

type Located = Pick<ApplicationSource, 'repoURL' | 'targetRevision' | 'chart'>;

/**
 * The tree of one source: of a Git repository, or of a packaged chart.
 * @param revision a commit, or the version (and digest) of a chart, that `targetRevision` stood for; absent: what it stands for now
 * @throws SourceError
 */
export async function resolveSource(resolver: Resolver, { repoURL, targetRevision, chart }: Located, revision: string | undefined, signal: AbortSignal): Promise<ResolvedTree> {
  const wanted = revision === undefined || revision === 'worktree' ? targetRevision : revision;
  if (chart === undefined) return resolver.resolve(repoURL, wanted, signal);
  return chartsOf(resolver).resolve({ repoURL, chart, version: wanted }, signal);
}

/**
 * The commit, or the version of the chart, that a source stands for now.
 * @param since as `Resolver.poll` has it
 * @throws SourceError
 */
export async function pollSource(resolver: Resolver, { repoURL, targetRevision, chart }: Located, signal: AbortSignal, since?: number): Promise<string> {
  if (chart === undefined) return resolver.poll(repoURL, targetRevision, signal, since);
  return chartsOf(resolver).poll({ repoURL, chart, version: targetRevision }, signal, since);
}

function chartsOf({ charts }: Resolver): NonNullable<Resolver['charts']> {
  if (charts === undefined) throw new SourceError('elsewhere', 'charts of Helm repositories and registries are not fetched offline');
  return charts;
}
