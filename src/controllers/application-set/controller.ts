import { isDeepStrictEqual } from 'node:util';
import { parseApplicationSet } from '../../api/application-set.ts';
import { parseApplicationStatus } from '../../api/application.ts';
import { formatKey, type KubeObject, type ObjectKey, parseKey } from '../../api/object.ts';
import { parsedObject } from '../../api/parsed-object.ts';
import type { ReadTree } from '../../gitops/generate/generate-parameters.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import type { Cluster } from '../../kube/port.ts';
import { applicationSetType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { RecentCounts } from '../../lib/recent-counts.ts';
import { ReverseIndex } from '../../lib/reverse-index.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { type Controller, createController } from '../../runtime/controller.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import type { KnownApplications, SetContext } from './context.ts';
import { createGenerations, type FollowRevisions, type GenerationsOptions } from './generations.ts';
import { owningSet } from './owner.ts';
import { reconcileSet, type SetEntry } from './reconcile.ts';
import { createSetStatusWriter } from './status-writer.ts';

export interface ApplicationSetControllerOptions {
  readonly cluster: Cluster;
  /** Made of `applicationSetInformers(namespaces)`; started by the caller, before the controller. */
  readonly sets: readonly Informer<SetEntry>[];
  /** All Applications of the same namespaces: those of the Application controller. */
  readonly applications: readonly Informer<KubeObject>[];
  readonly revisions: FollowRevisions;
  readonly readTree: ReadTree;
  /** As `GenerationsOptions` has it. */
  readonly refusalOf?: GenerationsOptions['refusalOf'];
  /** Whether Argo CD's controller of ApplicationSets runs in a namespace. */
  readonly argoRuns: SetContext['argoRuns'];
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue'>;
}

const concurrentSets = 4;
const concurrentWrites = 8;
/** Milliseconds in which events of Applications are gathered: they come in bursts, most of them of our own making. */
const gatherFor = 200;
/** The same for statuses, which change as long as an Application is brought in. */
const gatherStatusesFor = 2_000;
const rewriteSpan = 60_000;
const rewritesRemembered = 8_192;
const backoff = { base: 1_000, factor: 2, cap: 180_000 };

/** One watch for each namespace whose ApplicationSets are ours. */
export function applicationSetInformers(namespaces: readonly string[]): readonly InformerOptions<SetEntry>[] {
  return namespaces.map((namespace) => ({ type: applicationSetType, selection: { namespace }, project: (object) => parsedObject(object, parseApplicationSet) }));
}

/** What somebody asks for; the status is ours. */
function asked({ metadata: { uid, annotations, finalizers, deletionTimestamp }, parsed }: SetEntry): unknown {
  return [uid, annotations, finalizers, deletionTimestamp, parsed.ok ? parsed.value.spec : parsed.errors];
}

/** Makes the controller that keeps an Application for each element of a list, each folder or each file of a repository. */
export function createApplicationSetController(options: ApplicationSetControllerOptions): Controller {
  const { cluster, sets, applications, revisions, readTree, argoRuns, events, clock, random, log, metrics } = options;
  const owners = new ReverseIndex();
  const find = (key: ObjectKey): KubeObject | undefined => applications.map((informer) => informer.get(key)).find((found) => found !== undefined);
  const known: KnownApplications = { get: find, ownedBy: (set) => [...owners.itemsOf(set)].flatMap((key) => find(parseKey(key)) ?? []) };
  const generations = createGenerations({ revisions, readTree, now: clock.now, ...(options.refusalOf === undefined ? {} : { refusalOf: options.refusalOf }) });
  const context: SetContext = {
    ...{ cluster, clock, log, argoRuns, generations },
    applications: known,
    statuses: createSetStatusWriter(cluster),
    writes: createSemaphore(concurrentWrites),
    rewrites: new RecentCounts(rewriteSpan, rewritesRemembered),
  };
  const controller = createController<SetEntry>({
    name: 'applicationset',
    find: (key) => sets.map((informer) => informer.get(key)).find((found) => found !== undefined),
    reconcile: (entry, signal) => reconcileSet(entry, context, signal),
    report: async (entry, { events: notes = [] }) => {
      for (const note of notes) events.record(entry, note);
    },
    ...{ clock, random, log, metrics, backoff, concurrency: concurrentSets },
  });
  const stops = [
    ...sets.map((informer) =>
      informer.subscribe(({ key, current, previous }) => {
        if (current === undefined) generations.forget(formatKey(key));
        else if (previous === undefined || !isDeepStrictEqual(asked(previous), asked(current))) controller.enqueue(key);
      }),
    ),
    ...applications.map((informer) => informer.subscribe(({ key, current, previous }) => noteApplication(key, current, previous))),
  ];

  function noteApplication(key: ObjectKey, current: KubeObject | undefined, previous: KubeObject | undefined): void {
    const ownerOf = (application: KubeObject | undefined): readonly string[] => {
      const name = application === undefined ? undefined : owningSet(application.metadata);
      return name === undefined ? [] : [formatKey({ ...key, name })];
    };
    owners.set(formatKey(key), ownerOf(current));
    if (isShownAlike(current, previous)) return;
    const after = isStatusAlone(current, previous) ? gatherStatusesFor : gatherFor;
    for (const set of new Set([...ownerOf(current), ...ownerOf(previous)])) controller.enqueue(parseKey(set), after);
  }

  return {
    ...controller,
    drain: async (ms) => {
      for (const stop of stops) stop();
      return controller.drain(ms);
    },
  };
}

function wished({ metadata: { uid, labels, annotations, finalizers, ownerReferences, deletionTimestamp }, spec }: KubeObject): unknown {
  return [uid, labels, annotations, finalizers, ownerReferences, deletionTimestamp, spec];
}

function isStatusAlone(current: KubeObject | undefined, previous: KubeObject | undefined): boolean {
  return current !== undefined && previous !== undefined && isDeepStrictEqual(wished(current), wished(previous));
}

/** What an ApplicationSet tells of its Applications has not changed either. */
function isShownAlike(current: KubeObject | undefined, previous: KubeObject | undefined): boolean {
  if (current === undefined || previous === undefined || !isStatusAlone(current, previous)) return false;
  const [after, before] = [parseApplicationStatus(current), parseApplicationStatus(previous)];
  return after.sync?.status === before.sync?.status && after.health?.status === before.health?.status;
}
