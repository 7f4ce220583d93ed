import type { Application } from '../../api/application.ts';
import { buildPlan } from '../../gitops/plan/build-plan.ts';
import type { Declarations } from '../../gitops/plan/declare/declarations.ts';
import { declare } from '../../gitops/plan/declare/declare.ts';
import type { CheckProvider } from '../../gitops/plan/declare/declare.ts';
import { createNeighbourhood } from '../../gitops/plan/declare/neighbourhood.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import { createScopes } from '../../gitops/plan/scope.ts';
import type { ManifestReader } from '../../gitops/render/manifest-reader.ts';
import { createRenderers, renderSource } from '../../gitops/render/render-source.ts';
import type { Resolver } from '../../gitops/source/resolver.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { Log } from '../../lib/log.ts';
import { templateSources } from '../../secret/template/template-source.ts';

/** An Application, and what of it a plan depends on, as one text. */
export interface Plannable {
  readonly key: string;
  readonly application: Application;
  readonly identity: string;
  /** An older commit: not what the Application declares to its neighbours now. */
  readonly aside?: true;
}

export interface PlannerOptions {
  readonly resolver: Resolver;
  readonly reader: ManifestReader;
  readonly log: Log;
  readonly checkProvider?: CheckProvider;
  /** All Applications that are ours, this moment. */
  readonly applications: () => readonly Plannable[];
  /** What an Application's source stands for now; undefined where Git does not say. */
  readonly commitOf: (plannable: Plannable) => Promise<string | undefined>;
  /** An Application declares something else than before. */
  readonly onDeclared: (key: string) => void;
}

/** Reads, renders and plans Applications, each in the light of what the others declare. */
export interface Planner {
  /** @throws SourceError */
  readonly plan: (plannable: Plannable, commit: string, signal: AbortSignal) => Promise<Plan>;
  readonly forget: (key: string) => void;
}

interface Declared {
  readonly identity: string;
  readonly commit: string;
  readonly revision: string;
  readonly declarations: Declarations;
}

/** What the neighbours' plans see of it. */
function visible({ destination, secrets, spreads, stores, generators, configMaps, externalSecrets }: Declarations): string {
  const made = secrets.map(({ namespace, secret, keys }) => [namespace, secret, keys]);
  const texts = configMaps.map(({ namespace, name, data }) => [namespace, name, [...data.keys()]]);
  const rendered = externalSecrets.map(({ externalSecret: { metadata, spec } }) => [metadata.namespace, templateSources(spec)]);
  const generating = [spreads.map(({ secret }) => secret), generators.map(({ kind, namespace, name }) => [kind, namespace, name])];
  return JSON.stringify([destination, made, texts, rendered, generating, stores.map(({ store: { kind, metadata } }) => [kind, metadata.namespace, metadata.name])]);
}

export function createPlanner(options: PlannerOptions): Planner {
  const { resolver, reader, log, checkProvider, applications, commitOf, onDeclared } = options;
  const renderers = createRenderers(reader);
  const known = new Map<string, Declared>();

  async function read({ key, application, identity, aside }: Plannable, commit: string, signal: AbortSignal): Promise<Declared> {
    const before = known.get(key);
    if (before?.identity === identity && before.commit === commit) return before;
    const { repoURL, targetRevision, path } = application.spec.source;
    const tree = await resolver.resolve(repoURL, commit === 'worktree' ? targetRevision : commit, signal);
    const rendered = await renderSource(renderers, { application, tree, path }, undefined, signal);
    const scopes = createScopes(rendered.objects.map(({ object }) => object));
    const declarations = declare(application, rendered, { scopes, ...(checkProvider === undefined ? {} : { checkProvider }) });
    const declared = { identity, commit, revision: tree.revision, declarations };
    if (aside === true) return declared;
    known.set(key, declared);
    if (before === undefined || visible(before.declarations) !== visible(declarations)) onDeclared(key);
    return declared;
  }

  /** Undefined where it cannot be told what an Application declares. */
  async function readNeighbour(neighbour: Plannable, signal: AbortSignal): Promise<Declarations | undefined> {
    try {
      const commit = await commitOf(neighbour);
      const declared = commit === undefined ? known.get(neighbour.key) : await read(neighbour, commit, signal);
      return declared?.declarations;
    } catch (error) {
      signal.throwIfAborted();
      // whatever is wrong with a neighbour is told where it is planned itself; this plan makes do with what is known of it
      if (!isSourceError(error)) log.warn({ application: neighbour.key, error }, 'a neighbour cannot be read');
      return known.get(neighbour.key)?.declarations;
    }
  }

  return {
    plan: async (plannable, commit, signal) => {
      const { declarations, revision } = await read(plannable, commit, signal);
      const others = applications().filter(({ key }) => key !== plannable.key);
      const neighbours: (Declarations | undefined)[] = [];
      for (const other of others) neighbours.push(await readNeighbour(other, signal));
      const complete = neighbours.every((neighbour) => neighbour !== undefined);
      const neighbourhood = createNeighbourhood([declarations, ...neighbours.filter((neighbour) => neighbour !== undefined)], complete);
      return buildPlan({ application: plannable.application, revision, declarations, neighbourhood });
    },
    forget: (key) => {
      known.delete(key);
    },
  };
}
