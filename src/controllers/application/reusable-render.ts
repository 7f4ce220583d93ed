import type { Application } from '../../api/application.ts';
import { joinRevisions, sourcesOf } from '../../gitops/render/render-application.ts';
import { resolveSource } from '../../gitops/source/resolve-source.ts';
import type { Resolver } from '../../gitops/source/resolver.ts';
import { holdsTrace, type TreeTrace } from '../../gitops/source/trace-trees.ts';

/** The one thing of a commit, its files apart, that can get into what is rendered. */
const commitName = 'ARGOCD_APP_REVISION';

/**
 * Answers the revision at another commit where all files that a render has read are there just so: most commits change one of many
 * Applications, and the others come to what they came to before. Undefined where it has to be rendered anew.
 * @param traces of its sources, in their order
 * @throws SourceError
 */
export async function revisionOfSame(application: Application, traces: readonly TreeTrace[], { resolver, commit, signal }: { readonly resolver: Resolver; readonly commit: string; readonly signal: AbortSignal }): Promise<string | undefined> {
  const sources = sourcesOf(application);
  if (traces.length !== sources.length || JSON.stringify(application.spec).includes(commitName)) return undefined;
  const commits = commit.split(',');
  const revisions: string[] = [];
  for (const [index, { source }] of sources.entries()) {
    const tree = await resolveSource(resolver, source, commits[index], signal);
    const trace = traces[index];
    if (trace === undefined || !holdsTrace(tree, trace)) return undefined;
    revisions.push(tree.revision);
  }
  return joinRevisions(revisions);
}
