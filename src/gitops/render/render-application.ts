import type { Application } from '../../api/application.ts';
import type { ApplicationSource } from '../../api/application-source.ts';
import { parseApiVersion } from '../../api/object.ts';
import type { Problem, RenderedObject } from '../plan/plan.ts';
import { resolveSource } from '../source/resolve-source.ts';
import type { ResolvedTree, Resolver } from '../source/resolver.ts';
import { isSourceError, SourceError } from '../source/source-error.ts';
import type { SourceTree } from '../source/source-tree.ts';
import type { ClusterView } from './cluster-view.ts';
import { renderSource } from './render-source.ts';
import type { Rendered, Renderer, RenderInput, ValuesFromCluster } from './renderer.ts';

/** One of an Application's sources, and the tree it stands for. */
export interface ReadSource {
  readonly source: ApplicationSource;
  /** `spec.source`, or `spec.sources[1]`. */
  readonly field: string;
  readonly tree: ResolvedTree;
}

/** What all sources of an Application come to. */
export interface RenderedApplication {
  readonly sources: readonly ReadSource[];
  readonly rendered: Rendered;
  /** The commit; of several sources all of them, separated by commas. `worktree` where any is not committed. */
  readonly revision: string;
}

export interface RenderApplicationOptions {
  readonly resolver: Resolver;
  readonly renderers: readonly Renderer[];
  /** What the sources stood for, as `revision` of a render has it; absent: what they stand for now. */
  readonly revision?: string;
  /** Of the cluster; absent: placeholders. */
  readonly values?: ValuesFromCluster;
  /** The cluster that it is rendered for; absent: nobody is asked. */
  readonly live?: ClusterView;
  /** What its project allows, asked of repositories that only a chart names. Absent: it has none that would say. */
  readonly project?: { readonly repositoryRefusal: NonNullable<RenderInput['repositoryRefusal']> };
}

/** An Application's sources and where they stand in it. */
export function sourcesOf({ spec }: Pick<Application, 'spec'>): readonly Omit<ReadSource, 'tree'>[] {
  return spec.sources?.map((source, index) => ({ source, field: `spec.sources[${index}]` })) ?? [{ source: spec.source, field: 'spec.source' }];
}

/** Several revisions as one text. */
export function joinRevisions(revisions: readonly string[]): string {
  return revisions.includes('worktree') ? 'worktree' : revisions.join(',');
}

/**
 * Reads and renders all sources of an Application. Where two render the same object, the later one's is taken, as in Argo CD.
 * @throws SourceError with the field of the source that cannot be read
 */
export async function renderApplication(application: Application, options: RenderApplicationOptions, signal: AbortSignal): Promise<RenderedApplication> {
  const sources = await readSources(application, options, signal);
  const lent = new Map<string, SourceTree>(sources.flatMap(({ source, tree }) => (source.ref === undefined ? [] : [[source.ref, tree] as const])));
  const parts: Rendered[] = [];
  for (const { source, field, tree } of sources) {
    if (source.isOnlyLent) continue;
    parts.push(await renderSource(options.renderers, { application, tree, path: source.path, source, field, lent, ...(options.live === undefined ? {} : { live: options.live }), ...(options.project === undefined ? {} : { repositoryRefusal: options.project.repositoryRefusal }) }, options.values, signal));
  }
  return { sources, rendered: merge(parts), revision: joinRevisions(sources.map(({ tree }) => tree.revision)) };
}

async function readSources(application: Application, { resolver, revision }: RenderApplicationOptions, signal: AbortSignal): Promise<readonly ReadSource[]> {
  const sources = sourcesOf(application);
  const revisions = revision === undefined || revision === 'worktree' ? [] : revision.split(',');
  const read: ReadSource[] = [];
  for (const [index, { source, field }] of sources.entries()) {
    try {
      read.push({ source, field, tree: await resolveSource(resolver, source, revisions[index], signal) });
    } catch (error) {
      if (!isSourceError(error)) throw error;
      throw new SourceError(error.kind, error.message, { cause: error, field: `${field}.repoURL` });
    }
  }
  return read;
}

function merge(parts: readonly Rendered[]): Rendered {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const last = new Map<string, number>();
  for (const [part, { objects }] of parts.entries()) for (const object of objects) last.set(identity(object), part);
  const problems: Problem[] = [];
  const objects = parts.flatMap((rendered, part) => {
    problems.push(...rendered.problems);
    return rendered.objects.filter((one) => {
      if (last.get(identity(one)) === part) return true;
      problems.push({ severity: 'warning', message: `${one.object.kind} ${one.object.metadata.name} is rendered by a later source, too, whose object is taken`, origin: one.origin, condition: 'RepeatedResourceWarning' });
      return false;
    });
  });
  return { objects, problems, tools: parts.flatMap((part) => part.tools ?? []) };
}

function identity({ object: { apiVersion, kind, metadata } }: RenderedObject): string {
  return `${parseApiVersion(apiVersion).group}/${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
}
