import type { ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import { type Coverage, uncovered } from '../discover/coverage.ts';
import { discover, type DiscoveredApplication } from '../discover/discover.ts';
import { selectDirectoryFiles } from '../render/directory-files.ts';
import type { ManifestReader } from '../render/manifest-reader.ts';
import { createRenderers, renderSource } from '../render/render-source.ts';
import type { Rendered, Renderer } from '../render/renderer.ts';
import type { Home } from '../source/home.ts';
import type { ResolvedTree, Resolver } from '../source/resolver.ts';
import { isSourceError } from '../source/source-error.ts';
import { buildPlan, sortProblems } from './build-plan.ts';
import { claimProblems } from './claims.ts';
import type { Declarations } from './declare/declarations.ts';
import { createNeighbourhood, type Neighbourhood } from './declare/neighbourhood.ts';
import { type CheckProvider, declare } from './declare/declare.ts';
import type { CustomNeed } from './needs/custom-needs.ts';
import { orderApplications } from './order-applications.ts';
import type { Problem } from './plan.ts';
import type { PlannedApplication, RepositoryPlan } from './planned-application.ts';
import { createScopes } from './scope.ts';

export interface RepositoryPlanInput {
  readonly home: Home;
  readonly resolver: Resolver;
  readonly reader: ManifestReader;
  /** `createRenderers(reader)` where absent. */
  readonly renderers?: readonly Renderer[];
  readonly checkProvider?: CheckProvider;
  readonly customNeeds?: readonly CustomNeed[];
}

interface ReadSource {
  readonly found: DiscoveredApplication;
  readonly source: { readonly tree: ResolvedTree; readonly rendered: Rendered } | { readonly problem: Problem };
}

/**
 * Plans every Application of a repository, offline or not: what may be fetched is the resolver's matter.
 * @throws SourceError where the home itself cannot be read
 */
export async function planRepository(input: RepositoryPlanInput, signal: AbortSignal): Promise<RepositoryPlan> {
  const { home, reader } = input;
  const discovery = await discover(home.tree, reader, signal);
  const renderers = input.renderers ?? createRenderers(reader);
  const sources: ReadSource[] = [];
  for (const found of discovery.applications) sources.push(await readSource(found, { ...input, renderers }, signal));

  const rendered = sources.flatMap(({ source }) => ('tree' in source ? source.rendered.objects : []));
  const defined = discovery.files.flatMap((file) => file.manifests);
  const scopes = createScopes([...defined, ...rendered].map(({ object }) => object));
  const declared = new Map<DiscoveredApplication, Declarations>();
  for (const { found, source } of sources) if ('tree' in source) declared.set(found, declare(found.application, source.rendered, { scopes, ...optional(input) }));

  const complete = declared.size === sources.length && discovery.problems.length === 0;
  const neighbourhood = createNeighbourhood([...declared.values()], complete);
  const planned = sources.map((read) => planOne(read, declared.get(read.found), { neighbourhood, ...optional(input) }));
  const coverages = await coveragesOf(sources, home, signal);
  return {
    applications: orderApplications(planned, neighbourhood),
    problems: sortProblems([...discovery.problems, ...uncovered(discovery.files, coverages), ...claimProblems([...declared.values()])]),
  };
}

function optional({ checkProvider, customNeeds }: Pick<RepositoryPlanInput, 'checkProvider' | 'customNeeds'>) {
  return { ...(checkProvider === undefined ? {} : { checkProvider }), ...(customNeeds === undefined ? {} : { customNeeds }) };
}

async function readSource(found: DiscoveredApplication, { resolver, renderers }: { readonly resolver: Resolver; readonly renderers: readonly Renderer[] }, signal: AbortSignal): Promise<ReadSource> {
  const { application, origin, lineOf } = found;
  const { repoURL, targetRevision, path } = application.spec.source;
  try {
    const tree = await resolver.resolve(repoURL, targetRevision, signal);
    const rendered = await renderSource(renderers, { application, tree, path }, undefined, signal);
    return { found, source: { tree, rendered } };
  } catch (error) {
    if (!isSourceError(error)) throw error;
    const field = 'spec.source.repoURL';
    return { found, source: { problem: { severity: 'error', message: `not planned: ${error.message}`, path: field, origin: { file: origin.file, line: lineOf(field) } } } };
  }
}

interface PlanContext {
  readonly neighbourhood: Neighbourhood;
  readonly customNeeds?: readonly CustomNeed[];
}

function planOne({ found, source }: ReadSource, declarations: Declarations | undefined, context: PlanContext): PlannedApplication {
  if ('problem' in source) return { ...found, kind: 'unplanned', problem: source.problem };
  if (declarations === undefined) throw new Error('an Application was rendered and not declared');
  const plan = buildPlan({ application: found.application, manifest: found, revision: source.tree.revision, declarations, ...context });
  return { ...found, kind: 'planned', plan, declarations, source: source.tree.readFrom };
}

/** What each Application reads of the home, as paths in the home. */
async function coveragesOf(sources: readonly ReadSource[], home: Home, signal: AbortSignal): Promise<readonly Coverage[]> {
  const coverages: Coverage[] = [];
  for (const { found, source } of sources) {
    if (!('tree' in source) || source.tree.readFrom.kind !== 'home') continue;
    const { path, directory } = found.application.spec.source;
    const { prefix } = source.tree.readFrom;
    const inHome = (file: string): readonly string[] => (prefix === '' ? [file] : file.startsWith(`${prefix}/`) ? [file.slice(prefix.length + 1)] : []);
    const tree = prefix === '' ? home.tree : home.whole;
    const { taken, below } = selectDirectoryFiles(await tree.list(path, signal), path, directory);
    const key: ObjectKey = found.application.metadata;
    coverages.push({
      taken: new Set(taken.flatMap((file) => inHome(file.path))),
      below: new Set(below.flatMap((file) => inHome(file.path))),
      name: formatKey(key),
      path: inHome(path)[0] ?? '',
    });
  }
  return coverages;
}
