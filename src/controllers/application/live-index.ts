import type { KubeObject, ObjectKey } from '../../api/object.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ResourceType } from '../../kube/port.ts';
import { apiVersionOf } from '../../kube/resource-types.ts';
import { contentOf, isNews, projectTracked } from '../../gitops/apply/object/live-view.ts';
import type { LiveObject, LiveView } from '../../gitops/apply/object/live-view.ts';
import { hasHealthRule } from '../../gitops/health/assess-health.ts';

/** Starts a watch that runs until the signal aborts. */
export type StartInformer = <T>(options: InformerOptions<T>, signal: AbortSignal) => Informer<T>;

/** The tracked objects of the cluster, watched kind by kind as Applications use them. */
export interface LiveIndex extends LiveView {
  /**
   * Watches these kinds for an Application, and lets go of those that no Application uses any more. Resolves once their first
   * lists are in, or have taken too long: a kind that cannot be listed is `unknown`.
   */
  readonly retain: (application: string, types: Iterable<ResourceType>) => Promise<void>;
  readonly release: (application: string) => void;
}

export interface LiveIndexOptions {
  readonly startInformer: StartInformer;
  /** An object of this Application (by tracking name) has news. */
  readonly onNews: (instance: string) => void;
  /** Whether an Application (by tracking name) has health checks of its own for a kind. Absent: none has. */
  readonly isJudged?: (instance: string, type: ResourceType) => boolean;
  /** A kind that is watched anyhow, in some namespaces: there may be no right to watch it in all of them. Absent: none is. */
  readonly own?: { readonly type: ResourceType; readonly informers: readonly Informer<KubeObject>[] };
  readonly clock: Clock;
  /** Ends all watches. */
  readonly signal: AbortSignal;
}

/** What of a watch is used here. */
interface Seen {
  readonly synced: Promise<unknown>;
  readonly look: (key: ObjectKey) => LiveObject | 'absent' | 'unknown';
}

interface Watched {
  readonly seen: Seen;
  readonly stop: AbortController;
  /** The Applications that use the kind. */
  readonly users: Set<string>;
}

/** How long a pass waits for the first list of a kind, in milliseconds. */
const patience = 5_000;

type Project = (object: KubeObject) => LiveObject | undefined;

function kindOf(type: ResourceType): string {
  return `${type.group}/${type.kind}`;
}

/**
 * Keeps one cluster-wide watch per kind, however many Applications use it. Only kinds whose health is judged are watched whole
 * (their status has to be seen), all others as metadata; of both, only tracked objects are kept, without data.
 */
export function createLiveIndex({ startInformer, onNews, isJudged, own, clock, signal }: LiveIndexOptions): LiveIndex {
  const watched = new Map<string, Watched>();
  /** By Application. */
  const used = new Map<string, ReadonlySet<string>>();

  function tell(previous: LiveObject | undefined, current: LiveObject | undefined): void {
    if (!isNews(previous, current)) return;
    for (const instance of new Set([previous?.instance, current?.instance])) if (instance !== undefined) onNews(instance);
  }

  function start(type: ResourceType): Watched {
    const stop = new AbortController();
    const full = hasHealthRule({ apiVersion: apiVersionOf(type), kind: type.kind });
    const project = (object: KubeObject): LiveObject | undefined => projectTracked(object, full, (instance) => isJudged?.(instance, type) === true);
    const seen = own !== undefined && kindOf(own.type) === kindOf(type) ? seeOwn(own.informers, project, stop.signal) : seeAll(type, { full, project }, stop.signal);
    return { seen, stop, users: new Set() };
  }

  function seeAll(type: ResourceType, { full, project }: { readonly full: boolean; readonly project: Project }, until: AbortSignal): Seen {
    const informer = startInformer({ type, selection: full ? {} : { metadataOnly: true }, project }, AbortSignal.any([signal, until]));
    // the watch is stopped before its first list, or with the program: whoever waits for it hears of it elsewhere
    informer.synced.catch(() => {});
    informer.subscribe(({ current, previous }) => tell(previous, current));
    return { synced: informer.synced, look: (key) => (informer.healthy() ? (informer.get(key) ?? 'absent') : 'unknown') };
  }

  /** What is not there may be in a namespace that is not watched. All of an object is seen; what we write of its status is no news of it. */
  function seeOwn(informers: readonly Informer<KubeObject>[], project: Project, until: AbortSignal): Seen {
    const projected = (object: KubeObject | undefined): LiveObject | undefined => {
      const live = object === undefined ? undefined : project(object);
      return object === undefined || live === undefined ? undefined : { ...live, content: contentOf(object) };
    };
    const stops = informers.map((informer) => informer.subscribe(({ current, previous }) => tell(projected(previous), projected(current))));
    until.addEventListener('abort', () => stops.forEach((end) => end()), { once: true });
    const find = (key: ObjectKey): LiveObject | undefined => projected(informers.flatMap((informer) => (informer.healthy() ? (informer.get(key) ?? []) : []))[0]);
    return { synced: Promise.allSettled(informers.map(({ synced }) => synced)), look: (key) => find(key) ?? 'unknown' };
  }

  /** Lets go of kinds that the Application had and has no more. There are many Applications and passes: no other is looked at. */
  function leave(application: string, kept: ReadonlySet<string>): void {
    for (const kind of used.get(application) ?? []) {
      const known = kept.has(kind) ? undefined : watched.get(kind);
      if (known === undefined) continue;
      known.users.delete(application);
      if (known.users.size > 0) continue;
      known.stop.abort(new DOMException('no Application uses this kind any more', 'AbortError'));
      watched.delete(kind);
    }
  }

  async function firstLists(seen: readonly Seen[]): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(patience, late.resolve);
    await Promise.race([late.promise, Promise.allSettled(seen.map(({ synced }) => synced))]);
    cancel();
  }

  return {
    look: (type, key) => watched.get(kindOf(type))?.seen.look(key) ?? 'unknown',
    retain: async (application, types) => {
      const fresh: Seen[] = [];
      const kinds = new Set<string>();
      for (const type of types) {
        const kind = kindOf(type);
        kinds.add(kind);
        const known = watched.get(kind);
        known?.users.add(application);
        if (known !== undefined) continue;
        const started = start(type);
        started.users.add(application);
        watched.set(kind, started);
        fresh.push(started.seen);
      }
      leave(application, kinds);
      used.set(application, kinds);
      if (fresh.length > 0) await firstLists(fresh);
    },
    release: (application) => {
      leave(application, new Set());
      used.delete(application);
    },
  };
}
