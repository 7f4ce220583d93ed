import type { Application } from '../../api/application.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import { type Coverage, uncovered } from '../discover/coverage.ts';
import { discover, type DiscoveredApplication } from '../discover/discover.ts';
import { expandSets } from '../discover/expand-sets.ts';
import { selectDirectoryFiles } from '../render/directory-files.ts';
import { isToolFile } from '../render/tool-files.ts';
import { type FoundProjects, findProjects } from '../project/found-projects.ts';
import type { ProjectRules } from '../project/project-rules.ts';
import type { ManifestReader } from '../render/manifest-reader.ts';
import { createRenderers } from '../render/render-source.ts';
import { type ReadSource, renderApplication, type RenderedApplication } from '../render/render-application.ts';
import type { Renderer } from '../render/renderer.ts';
import type { Home } from '../source/home.ts';
import type { Resolver } from '../source/resolver.ts';
import { isSourceError } from '../source/source-error.ts';
import { buildPlan, sortProblems } from './build-plan.ts';
import { checkDependencies } from './check-dependencies.ts';
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
  /** As `checkProvider`, loaded where there are stores to check: most repositories of one testnet have none. */
  readonly loadProviderCheck?: () => Promise<CheckProvider>;
  readonly customNeeds?: readonly CustomNeed[];
}

interface ReadApplication {
  readonly found: DiscoveredApplication;
  readonly source: RenderedApplication | { readonly problem: Problem };
}

/**
 * Plans every Application of a repository, offline or not: what may be fetched is the resolver's matter.
 * @throws SourceError where the home itself cannot be read
 */
export async function planRepository(input: RepositoryPlanInput, signal: AbortSignal): Promise<RepositoryPlan> {
  const { home, reader } = input;
  const renderers = input.renderers ?? createRenderers(reader);
  const files = await home.tree.list('', signal);
  for (const renderer of renderers) renderer.prepare?.(files);
  const discovery = await expandSets(await discover(home.tree, reader, signal), input.resolver, signal);
  const projects = findProjects(discovery.files.flatMap((file) => file.manifests));
  const sources = await readAll(discovery.applications, { ...input, renderers, projects }, signal);

  const rendered = sources.flatMap(({ source }) => ('rendered' in source ? source.rendered.objects : []));
  const defined = discovery.files.flatMap((file) => file.manifests);
  const scopes = createScopes([...defined, ...rendered].map(({ object }) => object));
  const checkProvider = input.checkProvider ?? (rendered.some(isStore) ? await input.loadProviderCheck?.() : undefined);
  const declared = new Map<DiscoveredApplication, Declarations>();
  for (const { found, source } of sources) if ('rendered' in source) declared.set(found, declare(found.application, source.rendered, { scopes, ...(checkProvider === undefined ? {} : { checkProvider }) }));

  const complete = declared.size === sources.length && discovery.problems.length === 0;
  const neighbourhood = createNeighbourhood([...declared.values()], complete);
  const planned = sources.map((read) => planOne(read, declared.get(read.found), { neighbourhood, projects, ...(input.customNeeds === undefined ? {} : { customNeeds: input.customNeeds }) }));
  const coverages = await coveragesOf(sources, home, signal);
  return {
    applications: orderApplications(planned, neighbourhood),
    sets: discovery.sets,
    projects: projects.objects,
    problems: sortProblems([...discovery.problems, ...projects.problems, ...unknownProjects(discovery.applications, projects), ...checkDependencies(discovery.applications), ...uncovered(discovery.files, coverages), ...claimProblems([...declared.values()])]),
  };
}

function isStore({ object }: { readonly object: KubeObject }): boolean {
  return object.kind === 'SecretStore' || object.kind === 'ClusterSecretStore';
}

/** What allows an Application something is not at hand: the cluster decides. */
function unknownProjects(applications: readonly DiscoveredApplication[], projects: FoundProjects): readonly Problem[] {
  return applications.flatMap(({ application, origin, lineOf }): readonly Problem[] => {
    if (projects.rulesOf(application) !== 'unknown') return [];
    const path = 'spec.project';
    return [{ severity: 'warning', message: `AppProject ${application.spec.project} is not in this repository; whether it allows this is told by the cluster`, path, origin: { file: origin.file, line: lineOf(path) } }];
  });
}

/** The rules of an Application's project, as far as they are at hand. */
function knownRules(application: Application, projects: FoundProjects): { readonly project?: ProjectRules } {
  const rules = projects.rulesOf(application);
  return rules === undefined || rules === 'unknown' ? {} : { project: rules };
}

interface ReadContext {
  readonly resolver: Resolver;
  readonly renderers: readonly Renderer[];
  readonly projects: FoundProjects;
}

/** Applications that are read at once: while threads and programs render some, the objects of others are read. */
const mostAtOnce = 4;

async function readAll(applications: readonly DiscoveredApplication[], context: ReadContext, signal: AbortSignal): Promise<readonly ReadApplication[]> {
  const read: ReadApplication[] = [];
  const queue = applications.entries();
  const readSome = async (): Promise<void> => {
    for (const [index, found] of queue) read[index] = await readApplication(found, context, signal);
  };
  await Promise.all(Array.from({ length: mostAtOnce }, readSome));
  return read;
}

async function readApplication(found: DiscoveredApplication, { resolver, renderers, projects }: ReadContext, signal: AbortSignal): Promise<ReadApplication> {
  const { application, origin, lineOf } = found;
  const known = knownRules(application, projects);
  const [refused] = known.project?.refusals(application) ?? [];
  if (refused !== undefined) return { found, source: { problem: { severity: 'error', message: `not planned: ${refused.message}`, path: refused.path, origin: { file: origin.file, line: lineOf(refused.path) } } } };
  try {
    return { found, source: await renderApplication(application, { resolver, renderers, ...known }, signal) };
  } catch (error) {
    if (!isSourceError(error)) throw error;
    const field = error.field ?? 'spec.source.repoURL';
    return { found, source: { problem: { severity: 'error', message: `not planned: ${error.message}`, path: field, origin: { file: origin.file, line: lineOf(field) } } } };
  }
}

interface PlanContext {
  readonly neighbourhood: Neighbourhood;
  readonly projects: FoundProjects;
  readonly customNeeds?: readonly CustomNeed[];
}

function planOne({ found, source }: ReadApplication, declarations: Declarations | undefined, { projects, ...context }: PlanContext): PlannedApplication {
  if ('problem' in source) return { ...found, kind: 'unplanned', problem: source.problem };
  if (declarations === undefined) throw new Error('an Application was rendered and not declared');
  const plan = buildPlan({ application: found.application, manifest: found, revision: source.revision, declarations, ...context, ...knownRules(found.application, projects) });
  return { ...found, kind: 'planned', plan, declarations, source: ownTree(source).readFrom };
}

/** The tree of `spec.source`. */
function ownTree({ sources }: RenderedApplication): ReadSource['tree'] {
  const own = sources.find(({ source }) => !source.isOnlyLent);
  if (own === undefined) throw new Error('an Application has no source with manifests');
  return own.tree;
}

/** What each Application reads of the home, as paths in the home. */
async function coveragesOf(applications: readonly ReadApplication[], home: Home, signal: AbortSignal): Promise<readonly Coverage[]> {
  const coverages: Coverage[] = [];
  for (const { found, source } of applications) {
    if (!('rendered' in source)) continue;
    for (const read of source.sources) if (!read.source.isOnlyLent) coverages.push(...(await coverageOf(read, found, home, signal)));
  }
  return coverages;
}

async function coverageOf({ source, tree: { readFrom } }: ReadSource, found: DiscoveredApplication, home: Home, signal: AbortSignal): Promise<readonly Coverage[]> {
  if (readFrom.kind !== 'home') return [];
  const { prefix } = readFrom;
  const inHome = (file: string): readonly string[] => (prefix === '' ? [file] : file.startsWith(`${prefix}/`) ? [file.slice(prefix.length + 1)] : []);
  const tree = prefix === '' ? home.tree : home.whole;
  const files = await tree.list(source.path, signal);
  // whatever lies in a chart or kustomization is its own affair
  const isWhole = source.helm !== undefined || source.isKustomization || files.some(({ path }) => isToolFile(path, source.path));
  const { taken, below } = isWhole ? { taken: files, below: [] } : selectDirectoryFiles(files, source.path, source.directory);
  const key: ObjectKey = found.application.metadata;
  const paths = (some: typeof taken): ReadonlySet<string> => new Set(some.flatMap((file) => inHome(file.path)));
  return [{ taken: paths(taken), below: paths(below), name: formatKey(key), path: inHome(source.path)[0] ?? '' }];
}
