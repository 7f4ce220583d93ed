import type { Application } from '../../api/application.ts';
import { buildPlan } from '../../gitops/plan/build-plan.ts';
import type { Declarations } from '../../gitops/plan/declare/declarations.ts';
import { declare } from '../../gitops/plan/declare/declare.ts';
import type { CheckProvider } from '../../gitops/plan/declare/declare.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ProjectRules } from '../../gitops/project/project-rules.ts';
import { createScopes } from '../../gitops/plan/scope.ts';
import type { Consulted } from '../../gitops/render/live/consulted.ts';
import type { ManifestReader } from '../../gitops/render/manifest-reader.ts';
import type { Renderer, ValuesFromCluster } from '../../gitops/render/renderer.ts';
import { renderApplication } from '../../gitops/render/render-application.ts';
import { createRenderers } from '../../gitops/render/render-source.ts';
import type { Resolver } from '../../gitops/source/resolver.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import { traceTrees, type TreeTrace } from '../../gitops/source/trace-trees.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createJointWork } from '../../lib/joint-work.ts';
import { templateSources } from '../../secret/template/template-source.ts';
import type { ClusterAnswers } from './cluster-answers.ts';
import { createNeighbours } from './neighbours.ts';
import { revisionOfSame } from './reusable-render.ts';

/** An Application, and what of it a plan depends on, as one text. */
export interface Plannable {
  readonly key: string;
  readonly application: Application;
  readonly identity: string;
  /** An older commit: not what the Application declares to its neighbours now. */
  readonly aside?: true;
  /** What its project allows. Absent: everything. */
  readonly project?: ProjectRules;
}

export interface PlannerOptions {
  readonly resolver: Resolver;
  readonly reader: ManifestReader;
  /** Absent: those that need no cluster. */
  readonly renderers?: readonly Renderer[];
  readonly log: Log;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly checkProvider?: CheckProvider;
  /** What charts are told of the cluster. Absent: nothing. */
  readonly answers?: Pick<ClusterAnswers, 'open' | 'record'>;
  /** All Applications that are ours, this moment. */
  readonly applications: () => readonly Plannable[];
  /** Whether an Application is still there: they are read one after the other, and one may go before its turn. */
  readonly isThere: (key: string) => boolean;
  /** What an Application's source stands for now; undefined where Git does not say. */
  readonly commitOf: (plannable: Plannable, signal: AbortSignal) => Promise<string | undefined>;
  /** A commit is found to change something of an Application, as a neighbour reads it: it need not wait behind those that it leaves as they are. Absent: it waits. */
  readonly onAltered?: (key: string) => void;
  /** An Application declares something else than before. */
  readonly onDeclared: (key: string) => void;
}

/** Reads, renders and plans Applications, each in the light of what the others declare. */
export interface Planner {
  /** @throws SourceError */
  readonly plan: (plannable: Plannable, commit: string, signal: AbortSignal) => Promise<Plan>;
  /** With the values that its charts take from the cluster; nothing of it is kept, and the neighbours do not hear of it. @throws SourceError */
  readonly planValued: (plannable: Plannable, commit: string, values: ValuesFromCluster, signal: AbortSignal) => Promise<Plan>;
  /** An Application has come, gone, or changed, or its source stands for another commit: what its neighbours see of it is looked at anew. */
  readonly noteChange: () => void;
  /** Renders anew when it is planned next: its charts would be told something else of the cluster. Until then it declares what it did. */
  readonly outdate: (key: string) => void;
  readonly forget: (key: string) => void;
}

interface Declared {
  readonly identity: string;
  readonly commit: string;
  readonly revision: string;
  readonly declarations: Declarations;
  /** What its charts were told of the cluster; undefined where they are told nothing. */
  readonly consulted: Consulted | undefined;
  /** What of its sources was read. */
  readonly traces: readonly TreeTrace[];
}

/** What one render comes to. */
type Read = Omit<Declared, 'identity' | 'commit'>;

/** What the neighbours' plans see of it. */
function visible({ destination, secrets, spreads, stores, generators, configMaps, externalSecrets }: Declarations): string {
  const made = secrets.map(({ namespace, secret, keys }) => [namespace, secret, keys]);
  const texts = configMaps.map(({ namespace, name, data }) => [namespace, name, [...data.keys()]]);
  const rendered = externalSecrets.map(({ externalSecret: { metadata, spec } }) => [metadata.namespace, templateSources(spec)]);
  const generating = [spreads.map(({ secret }) => secret), generators.map(({ kind, namespace, name }) => [kind, namespace, name])];
  return JSON.stringify([destination, made, texts, rendered, generating, stores.map(({ store: { kind, metadata } }) => [kind, metadata.namespace, metadata.name])]);
}

export function createPlanner(options: PlannerOptions): Planner {
  const { resolver, reader, log, clock, checkProvider, applications, isThere, commitOf, onDeclared, answers } = options;
  const renderers = options.renderers ?? createRenderers(reader);
  const known = new Map<string, Declared>();
  /** What is on record of each Application's own plan. */
  const recorded = new Map<string, Consulted>();
  const reading = createJointWork<Declared>();
  const neighbours = createNeighbours({ applications, isThere, read: readNeighbour, clock });
  /** Another number from when an Application is outdated or forgotten on: what was begun before is neither shared nor kept. */
  const generations = new Map<string, number>();
  let newest = 0;

  function renew(key: string): number {
    newest += 1;
    generations.set(key, newest);
    return newest;
  }

  function generationOf(key: string): number {
    return generations.get(key) ?? (isThere(key) ? renew(key) : 0);
  }

  async function render({ application, project }: Plannable, commit: string, values: ValuesFromCluster | undefined, signal: AbortSignal): Promise<Read> {
    const view = answers?.open(application.spec.destination.namespace);
    const tracing = traceTrees(resolver);
    const { rendered, revision } = await renderApplication(application, { resolver: tracing, renderers, revision: commit, ...(values === undefined ? {} : { values }), ...(view === undefined ? {} : { live: view }), ...(project === undefined ? {} : { project }) }, signal);
    const scopes = createScopes(rendered.objects.map(({ object }) => object));
    return { revision, traces: tracing.traces, consulted: view?.consulted(), declarations: declare(application, rendered, { scopes, ...(checkProvider === undefined ? {} : { checkProvider }) }) };
  }

  async function read(plannable: Plannable, commit: string, signal: AbortSignal): Promise<Declared> {
    const { key, identity, aside } = plannable;
    const before = known.get(key);
    if (before?.identity === identity && before.commit === commit) return before;
    // its own plan and those of its neighbours ask for it at the same time
    const generation = generationOf(key);
    return reading.run(JSON.stringify([key, identity, commit, aside, generation]), (ending) => readAnew(plannable, { commit, generation }, ending), signal);
  }

  async function readAnew(plannable: Plannable, { commit, generation }: { readonly commit: string; readonly generation: number }, signal: AbortSignal): Promise<Declared> {
    const { key, identity, aside } = plannable;
    const before = known.get(key);
    const same = before?.identity === identity ? await again(plannable, before, commit, signal) : undefined;
    const declared: Declared = { ...(same ?? (await render(plannable, commit, undefined, signal))), identity, commit };
    const { declarations } = declared;
    if (aside === true || !isThere(key) || generations.get(key) !== generation) return declared;
    known.set(key, declared);
    if (before?.declarations !== declarations) neighbours.outdate();
    if (before === undefined || visible(before.declarations) !== visible(declarations)) onDeclared(key);
    return declared;
  }

  /** What it came to before, where that is what it comes to at another commit, too. */
  async function again({ application }: Plannable, before: Declared, commit: string, signal: AbortSignal): Promise<Read | undefined> {
    // it is outdated, or what was wrong with it may have been the moment's
    if (before.commit === '' || before.declarations.problems.length > 0) return undefined;
    const revision = await revisionOfSame(application, before.traces, { resolver, commit, signal });
    return revision === undefined ? undefined : { ...before, revision };
  }

  /** Undefined where it cannot be told what an Application declares, or it is gone. */
  async function readNeighbour(neighbour: Plannable, signal: AbortSignal): Promise<Declarations | undefined> {
    if (!isThere(neighbour.key)) return undefined;
    try {
      const commit = await commitOf(neighbour, signal);
      if (!isThere(neighbour.key)) return undefined;
      const before = known.get(neighbour.key);
      const declared = commit === undefined ? before : await read(neighbour, commit, signal);
      if (before !== undefined && before.declarations !== declared?.declarations) options.onAltered?.(neighbour.key);
      return declared?.declarations;
    } catch (error) {
      signal.throwIfAborted();
      // whatever is wrong with a neighbour is told where it is planned itself; this plan makes do with what is known of it
      if (!isSourceError(error)) log.warn({ application: neighbour.key, error }, 'a neighbour cannot be read');
      return known.get(neighbour.key)?.declarations;
    }
  }

  async function planOf({ key, application, project }: Plannable, { declarations, revision }: Read, signal: AbortSignal): Promise<Plan> {
    const neighbourhood = await neighbours.around(key, declarations, signal);
    return buildPlan({ application, revision, declarations, neighbourhood, ...(project === undefined ? {} : { project }) });
  }

  return {
    plan: async (plannable, commit, signal) => {
      const declared = await read(plannable, commit, signal);
      const { key, aside } = plannable;
      const { consulted } = declared;
      // not where a neighbour reads it: its own plan may be another render's. What it was told once is not put on record as if it were new
      if (consulted !== undefined && aside !== true && recorded.get(key) !== consulted) {
        answers?.record(key, 'planned', consulted);
        recorded.set(key, consulted);
      }
      return planOf(plannable, declared, signal);
    },
    planValued: async (plannable, commit, values, signal) => {
      const read = await render(plannable, commit, values, signal);
      if (read.consulted !== undefined && plannable.aside !== true) answers?.record(plannable.key, 'valued', read.consulted);
      return planOf(plannable, read, signal);
    },
    noteChange: neighbours.outdate,
    outdate: (key) => {
      // what it was told may be in a render that has not ended yet
      if (generations.has(key)) renew(key);
      const declared = known.get(key);
      if (declared !== undefined) known.set(key, { ...declared, commit: '' });
      neighbours.outdate();
    },
    forget: (key) => {
      known.delete(key);
      generations.delete(key);
      recorded.delete(key);
      neighbours.outdate();
    },
  };
}
