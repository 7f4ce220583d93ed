import { formatKey, parseKey } from '../../api/object.ts';
import type { KubeObject, ObjectKey } from '../../api/object.ts';
import { applicationOf } from '../../gitops/apply/object/tracking.ts';
import { createRolloutKeys } from '../../gitops/apply/rollout/rollout-keys.ts';
import type { Progress } from '../../gitops/apply/progress.ts';
import type { CheckProvider } from '../../gitops/plan/declare/declare.ts';
import type { ManifestReader } from '../../gitops/render/manifest-reader.ts';
import type { Renderer } from '../../gitops/render/renderer.ts';
import { pollSource } from '../../gitops/source/resolve-source.ts';
import type { Resolver } from '../../gitops/source/resolver.ts';
import type { SourceNews } from '../../gitops/source/source-news.ts';
import { createSyncMemory } from '../../gitops/apply/sync-memory.ts';
import type { SyncMemory } from '../../gitops/apply/sync-memory.ts';
import type { CompiledCheck } from '../../gitops/health/custom-rules.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Cluster, ResourceType } from '../../kube/port.ts';
import { apiVersionOf, applicationType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { HttpClient } from '../../lib/http.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { createController } from '../../runtime/controller.ts';
import type { Controller } from '../../runtime/controller.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { createArgoPresence } from './argo-presence.ts';
import type { ApplicationContext } from './context.ts';
import { chartsPart } from './watch-charts.ts';
import { createClusterAnswers } from './cluster-answers.ts';
import { createDependencies } from './dependencies.ts';
import { createLiveIndex } from './live-index.ts';
import type { StartInformer } from './live-index.ts';
import { createPlanCache } from './plan-cache.ts';
import { createPlannableApplications } from './plannable-applications.ts';
import { createPlanner } from './planner.ts';
import { createProjects } from './projects.ts';
import { reconcileApplication } from './reconcile.ts';
import { producersPart } from './watch-producers.ts';
import { createReferenceWatch } from './reference-watch.ts';
import { createRefusedSources } from './refused-sources.ts';
import { createRevisionPoller, followerOf } from './revision-poller.ts';
import { createValuePlans } from './value-plans.ts';
import { createSecretWatch } from './secret-watch.ts';
import { createStatusWriter } from './status-writer.ts';
import { createTrials } from './trials.ts';
import { wantedRevision } from './wanted-revision.ts';
import { applicationCache, watchApplications } from './watch.ts';

export interface ApplicationControllerOptions {
  readonly cluster: Cluster;
  /** Made of `applicationInformers(namespaces)`; started by the caller, before the controller. */
  readonly applications: readonly Informer<KubeObject>[];
  /** Starts further watches, as Applications need them: `startInformer` of `src/kube`. */
  readonly startInformer: StartInformer;
  /** Finds and polls the sources of Applications. */
  readonly resolver: Resolver;
  /** Tells of pushes, and of credentials of repositories. Absent: nobody does, and each repository has its turn. */
  readonly sourceNews?: Pick<SourceNews, 'subscribe'>;
  readonly reader: ManifestReader;
  /** Absent: those that need nothing of the process. */
  readonly renderers?: readonly Renderer[];
  /** Checks what stands under a provider's name in a store. */
  readonly checkProvider?: CheckProvider;
  readonly events: EventSink;
  /** Told what happens, for `up`'s timeline. */
  readonly progress: Progress;
  /** Told what every pass came to, and the Application with the status it has left; undefined where it is left alone. */
  readonly onOutcome?: (application: KubeObject, outcome: Outcome | undefined) => void;
  /** Where Applications track their objects by their bare names; Argo CD's own namespace, `argocd`, unless it is elsewhere. */
  readonly controlNamespace: string;
  /** Where AppProjects are; absent: in the control namespace. */
  readonly projectNamespace?: string;
  /** Milliseconds between two looks at a revision. */
  readonly pollInterval: number;
  /** Sync every Application once, automated or not: `up`. */
  readonly syncOnce: boolean;
  /** Health checks of the whole program; those of an Application go before them. */
  readonly healthRules?: readonly CompiledCheck[];
  /** Where the key services of SOPS documents are asked; absent: none is. */
  readonly http?: HttpClient;
  /** Ends the watches that the controller has started. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue'>;
}

/**
 * Applications at once, and requests of each at once. One Application's requests mostly follow one another: as many are worked on as Argo CD
 * has status processors.
 */
const concurrentApplications = 20;
const concurrentRequests = 8;

/** Where gpg's keys may lie while it runs: Linux's folder in memory. */
const memoryFolder = '/dev/shm';

/** Milliseconds a pass may take: a large Application is written in one. */
const passTimeout = 600_000;

/** What goes wrong in a pass beside the Application's own retry policy: the API server is away, or a bug. Nobody tells when that is over. */
const backoff = { base: 1_000, factor: 2, cap: 20_000 };

/** Per-Application memory and the requests that `up` makes. */
function createState(syncOnce: boolean): Pick<ApplicationContext, 'memoryOf' | 'isRequested' | 'requestDone'> & { readonly drop: (key: string) => void; readonly knownMemory: (key: string) => SyncMemory | undefined } {
  const memories = new Map<string, SyncMemory>();
  const synced = new Set<string>();
  return {
    memoryOf: (key) => {
      const memory = memories.get(key) ?? createSyncMemory();
      memories.set(key, memory);
      return memory;
    },
    knownMemory: (key) => memories.get(key),
    isRequested: (key) => syncOnce && !synced.has(key),
    requestDone: (key) => {
      if (syncOnce) synced.add(key);
    },
    drop: (key) => {
      memories.delete(key);
      synced.delete(key);
    },
  };
}

/** Makes the controller that brings Applications from Git into the cluster, secrets first, and keeps them so. */
export function createApplicationController(options: ApplicationControllerOptions): Controller {
  const { cluster, startInformer, resolver, controlNamespace, events, clock, random, log, metrics, signal } = options;
  const cache = applicationCache(options.applications);
  const enqueue = (key: string): void => controller.enqueue(parseKey(key));
  const isThere = (key: string): boolean => cache.get(parseKey(key)) !== undefined;
  const { drop, ...state } = createState(options.syncOnce);
  const isJudged = (instance: string, type: ResourceType): boolean =>
    state.knownMemory(formatKey(applicationOf(instance, controlNamespace)))?.rules?.rules.covers({ apiVersion: apiVersionOf(type), kind: type.kind }) === true;
  const live = createLiveIndex({ startInformer, clock, signal, isJudged, own: { type: applicationType, informers: options.applications }, onNews: (instance) => enqueue(formatKey(applicationOf(instance, controlNamespace))) });
  const revisions = createRevisionPoller({
    poll: (followed, since, polling) => pollSource(resolver, followed, polling, since),
    interval: options.pollInterval,
    onChange: (slot) => {
      planner.noteChange();
      // all that follow a repository are told at once, and most commits change one of them: `onAltered` tells which
      controller.enqueue(parseKey(followerOf(slot)), undefined, { lane: 'start' });
    },
    ...{ clock, random, signal },
  });
  const wake = (key: ObjectKey): void => {
    planner.noteChange();
    controller.enqueue(key);
  };
  const projects = createProjects({ startInformer, namespace: options.projectNamespace ?? controlNamespace, applications: cache, clock, signal, onChange: wake });
  const dependencies = createDependencies(cache, cluster);
  const refused = createRefusedSources({ revisions, wake: enqueue, ...(options.sourceNews === undefined ? {} : { news: options.sourceNews }) });
  const answers = createClusterAnswers({ cluster, startInformer, clock, random, log, signal, onNews: enqueue });
  const references = createReferenceWatch({
    startInformer,
    signal,
    onChange: (key, part) => {
      if (part === chartsPart) answers.mark(key);
      enqueue(key);
    },
  });
  const secrets = createSecretWatch(references);
  const planner = createPlanner({
    ...{ resolver, log, clock, answers, reader: options.reader, ...(options.checkProvider === undefined ? {} : { checkProvider: options.checkProvider }) },
    ...(options.renderers === undefined ? {} : { renderers: options.renderers }),
    applications: createPlannableApplications(cache, projects),
    isThere,
    commitOf: async ({ key, application }, until) => {
      try {
        return (await wantedRevision(revisions, key, application, { signal: until })).revision;
      } finally {
        // one that was deleted meanwhile has been released, and may follow its next source since
        if (!isThere(key)) revisions.release(key);
      }
    },
    onAltered: enqueue,
    onDeclared: (key) => {
      for (const refused of plans.reconsider()) if (refused !== key) enqueue(refused);
    },
  });
  const plans = createPlanCache(planner.plan);
  const valuePlans = createValuePlans(planner.planValued);
  const outdate = (key: string): void => {
    plans.outdate(key);
    planner.outdate(key);
    valuePlans.outdate(key);
  };
  const forget = (key: string): void => {
    for (const part of [chartsPart, producersPart]) references.watch(key, part, []);
    for (const part of [live, revisions, secrets]) part.release(key);
    refused.settle(key);
    for (const part of [plans, planner, valuePlans, trials, answers, dependencies]) part.forget(key);
    drop(key);
  };
  const statuses = createStatusWriter(cluster, clock);
  const trials = createTrials();
  const context: ApplicationContext = {
    ...{ cluster, clock, log, progress: options.progress, live, plans, valuePlans, revisions, secrets, controlNamespace, concurrency: concurrentRequests },
    ...state,
    ...{ statuses, trials, refused, answers, references, outdate, projects, dependencies },
    ...(options.healthRules === undefined ? {} : { healthRules: options.healthRules }),
    argoRuns: createArgoPresence(cluster, clock),
    rolloutKeys: createRolloutKeys(cluster, options.randomBytes),
    sops: { now: clock.now, memoryFolder, ...(options.http === undefined ? {} : { http: options.http }) },
  };
  const controller = createController<KubeObject>({
    name: 'application',
    find: (key) => cache.get(key),
    reconcile: async (application, deadline) => {
      const reconciled = await reconcileApplication(application, context, deadline);
      if (reconciled === undefined && application.metadata.deletionTimestamp === undefined) options.onOutcome?.(application, undefined);
      return reconciled;
    },
    // the status is written by the pass itself, before and after it
    report: async (application, reconciled) => {
      for (const note of reconciled.events ?? []) events.record(application, note);
      options.onOutcome?.({ ...application, ...(reconciled.status === undefined ? {} : { status: reconciled.status }) }, reconciled.outcome);
    },
    ...{ clock, random, log, metrics, backoff, concurrency: concurrentApplications, timeout: passTimeout },
  });
  const stop = watchApplications(options.applications, { onSeen: statuses.seen, onChange: wake, onGone: forget, onAny: (...change) => dependencies.note(...change).forEach(enqueue) });
  return {
    ...controller,
    drain: async (ms) => {
      stop();
      refused.close();
      return controller.drain(ms);
    },
  };
}
