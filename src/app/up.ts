import { generators } from '../../providers/index.ts';
import { defaultApplicationNamespace } from '../api/application.ts';
import { formatKey, keyOf, type ObjectKey } from '../api/object.ts';
import type { ProgressEvent } from '../gitops/apply/progress.ts';
import { isRefused, type RepositoryPlan } from '../gitops/plan/planned-application.ts';
import { planRepository } from '../gitops/plan/plan-repository.ts';
import { createManifestReader } from '../gitops/render/manifest-reader.ts';
import { openHome } from '../gitops/source/home.ts';
import { createResolver, type Resolver } from '../gitops/source/resolver.ts';
import type { Cluster } from '../kube/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { version } from '../lib/version.ts';
import type { ProviderRegistry } from '../provider/registry.ts';
import { adapterEnvironment } from './adapter-environment.ts';
import { type ChartMeans, createChartMeans } from './chart-means.ts';
import { createFoundation, type OwnedFoundation } from './foundation.ts';
import { composeGit } from './git-half.ts';
import { installCrds } from './install-crds.ts';
import { loadProviders } from './load-providers.ts';
import { type AdapterOptions, noAdapters, type UpOptions } from './options.ts';
import { concernsOf } from './plan-concerns.ts';
import { createProviderCheck } from './provider-check.ts';
import { runHalves } from './run-halves.ts';
import { composeSealed, type SealedHalfOptions } from './sealed-half.ts';
import { composeSecrets } from './secrets-half.ts';
import { localKeyNamespace } from './sealing/local-certificate.ts';
import { refuseBesideLive } from './takeover/live-operator.ts';
import { refuseBesideSealed } from './takeover/live-sealed.ts';
import type { RivalGuard } from './takeover/rival-guard.ts';
import { openTargetCluster } from './target-cluster.ts';
import { upGit } from './up-sources.ts';
import { type ApplicationResult, createUpWatch } from './up-watch.ts';
import { writePlanned } from './write-planned.ts';

/** What happens on the way, for a timeline. */
export interface UpProgress {
  readonly planned: (plan: RepositoryPlan, cluster: { readonly name: string; readonly kind: 'kubernetes' | 'recorded' }) => void;
  /** Something `up` did itself: definitions, namespaces, Applications. */
  readonly prepared: (message: string) => void;
  readonly report: (event: ProgressEvent) => void;
}

export interface UpSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: UpProgress;
}

export type UpResult =
  | { readonly kind: 'refused'; readonly plan: RepositoryPlan }
  /** Nothing was written: another controller would write the same Secrets. */
  | { readonly kind: 'rivalled'; readonly message: string }
  | { readonly kind: 'ended'; readonly plan: RepositoryPlan; readonly cluster: 'kubernetes' | 'recorded'; readonly results: readonly ApplicationResult[] };

const manifestCache = 64 << 20;
/** Milliseconds between two looks at a revision: what was planned is what is brought up. */
const pollInterval = 60_000;
/** The class of stores that `up` serves. */
const controllerClass = 'default';
/** Milliseconds for what is under way when all is done, or somebody has had enough: the next `up` goes on from there. */
const drainWithin = 2_000;

/**
 * Brings every Application of a repository up, once: plans all of it, refuses all of it where anything is missing, writes the
 * Applications into the cluster, and runs the same controllers as `run` until each has been synced, or cannot be.
 * @throws SourceError, KubeError; UsageError for an adapter that cannot be loaded
 */
export async function up(options: UpOptions, surroundings: UpSurroundings, signal: AbortSignal): Promise<UpResult> {
  const means = createChartMeans(surroundings.clock, options.renderer);
  try {
    return await upWith(means, options, surroundings, signal);
  } finally {
    await means.close();
  }
}

async function upWith(means: ChartMeans, options: UpOptions, surroundings: UpSurroundings, signal: AbortSignal): Promise<UpResult> {
  const { clock, log, environment, progress } = surroundings;
  const git = upGit(options, { environment, clock });
  const adapters = options.adapters ?? noAdapters;
  const registry = await loadProviders(adapters.packages);
  const home = await openHome(options.target, { git, ...(options.revision === undefined ? {} : { revision: options.revision }) }, signal);
  const resolver = createResolver({ home, git, charts: means.charts, mapped: new Map(options.repositories.map(({ url, path }) => [url, path])) });
  const plan = await planRepository({ home, resolver, reader: createManifestReader(manifestCache), renderers: means.renderers, checkProvider: createProviderCheck(registry) }, signal);
  if (isRefused(plan)) return { kind: 'refused', plan };

  const metrics = createMetrics({ version, process: false });
  const cluster = await openTargetCluster(options.cluster, { clock, log, metrics });
  const foundation = createFoundation({ cluster, clock, random: Math.random, log, metrics, namespaces: [] });
  try {
    // in a folder nothing runs, whatever Deployments are recorded there
    const rival = cluster.kind === 'recorded' ? undefined : await findRival(cluster, options, { clock, log, patient: false }, signal);
    if (rival !== undefined) return { kind: 'rivalled', message: rival };
    progress.planned(plan, cluster);
    await prepare(foundation, plan, progress, signal);
    const results = await bringUp(foundation, { options, adapters, registry, plan, resolver, means, surroundings }, signal);
    return { kind: 'ended', plan, cluster: cluster.kind, results };
  } finally {
    await foundation.end();
  }
}

/** Why another controller would write the same Secrets; undefined where there is none. */
async function findRival(cluster: Cluster, { besideEso, sealKeyNamespace: keyNamespace }: UpOptions, guard: RivalGuard, signal: AbortSignal): Promise<string | undefined> {
  const found = besideEso === true ? undefined : await refuseBesideLive(cluster, { controllerClass, ...guard }, signal);
  if (found !== undefined || keyNamespace === undefined) return found;
  const sealed = await refuseBesideSealed(cluster, { keyNamespace, namespaces: [], ...guard }, signal);
  return sealed === undefined ? undefined : `${sealed}. Without --seal-key-namespace it is the one that opens them`;
}

async function prepare({ cluster, clock }: OwnedFoundation, plan: RepositoryPlan, progress: UpProgress, signal: AbortSignal): Promise<void> {
  if (cluster.kind === 'kubernetes') for (const name of await installCrds(cluster, clock, signal)) progress.prepared(`CustomResourceDefinition ${name} created`);
  const namespaces = await writePlanned(cluster, plan, signal);
  for (const name of namespaces) progress.prepared(`Namespace ${name} created`);
}

/**
 * Opens SealedSecrets of a plan with the keys that are there, or that the plan brings. None is made: a new key opens nothing that was
 * sealed before. (`prelude seal --local` makes the first one of a folder.)
 */
function sealingWith(namespace: string, plan: RepositoryPlan): SealedHalfOptions {
  return {
    shape: { namespace, prefix: 'sealed-secrets-key', bits: 4096, validFor: 0, commonName: '', labels: {}, annotations: {} },
    policy: { order: 'CertNotBefore', period: 0 },
    makesKeys: false,
    acceptDeprecated: true,
    concerns: concernsOf(plan),
  };
}

/** In a folder nobody else opens SealedSecrets; in a cluster a controller does, ours or another, unless we were told where the keys are. */
function keyNamespaceOf({ sealKeyNamespace }: UpOptions, { kind }: { readonly kind: 'kubernetes' | 'recorded' }): string | undefined {
  return sealKeyNamespace ?? (kind === 'recorded' ? localKeyNamespace : undefined);
}

interface BringUp {
  readonly options: UpOptions;
  readonly adapters: AdapterOptions;
  readonly registry: ProviderRegistry;
  readonly plan: RepositoryPlan;
  readonly resolver: Resolver;
  readonly means: ChartMeans;
  readonly surroundings: UpSurroundings;
}

async function bringUp(foundation: OwnedFoundation, { options, adapters, registry, plan, resolver, means, surroundings }: BringUp, signal: AbortSignal): Promise<readonly ApplicationResult[]> {
  const { clock, log, environment, progress } = surroundings;
  const keys: readonly Required<ObjectKey>[] = plan.applications.map(({ object }) => ({ namespace: object.metadata.namespace ?? defaultApplicationNamespace, name: object.metadata.name }));
  const watch = createUpWatch(keys.map(formatKey), { clock, waitForHealth: foundation.cluster.kind === 'kubernetes' });
  const secrets = composeSecrets(foundation, { registry, generators, controllerClass, environment: adapterEnvironment(environment, adapters), allowOwnIdentity: adapters.allowOwnIdentity, concerns: concernsOf(plan) });
  const git = composeGit(foundation, {
    registry,
    resolver,
    renderers: means.renderers,
    applicationNamespaces: [...new Set(keys.map(({ namespace }) => namespace))],
    controlNamespace: defaultApplicationNamespace,
    pollInterval,
    syncOnce: true,
    only: new Set(keys.map(formatKey)),
    progress,
    onOutcome: (application, outcome) => watch.outcome(formatKey(keyOf(application)), outcome, application),
  });
  const keyNamespace = keyNamespaceOf(options, foundation.cluster);
  const sealed = keyNamespace === undefined ? [] : [composeSealed(foundation, sealingWith(keyNamespace, plan))];
  for (const informer of git.applications) informer.subscribe(({ key, current }) => watch.changed(formatKey(key), current));

  const timeout = new AbortController();
  const cancel = clock.after(options.timeout, () => timeout.abort());
  const until = AbortSignal.any([signal, timeout.signal, watch.finished]);
  try {
    await runHalves(until, [secrets, git, ...sealed], { clock, log, drainWithin });
  } finally {
    cancel();
  }
  return watch.results();
}
