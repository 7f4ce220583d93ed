import type { Informer, InformerOptions } from '../../kube/informer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ResourceType } from '../../kube/port.ts';
import { apiVersionOf } from '../../kube/resource-types.ts';
import { isNews, projectTracked } from '../../gitops/apply/object/live-view.ts';
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
  readonly clock: Clock;
  /** Ends all watches. */
  readonly signal: AbortSignal;
}

interface Watched {
  readonly informer: Informer<LiveObject>;
  readonly stop: AbortController;
}

/** How long a pass waits for the first list of a kind, in milliseconds. */
const patience = 5_000;

function kindOf(type: ResourceType): string {
  return `${type.group}/${type.kind}`;
}

/**
 * Keeps one cluster-wide watch per kind, however many Applications use it. Only kinds whose health is judged are watched whole
 * (their status has to be seen), all others as metadata; of both, only tracked objects are kept, without data.
 */
export function createLiveIndex({ startInformer, onNews, isJudged, clock, signal }: LiveIndexOptions): LiveIndex {
  const watched = new Map<string, Watched>();
  const users = new Map<string, ReadonlySet<string>>();

  function start(type: ResourceType): Watched {
    const stop = new AbortController();
    const full = hasHealthRule({ apiVersion: apiVersionOf(type), kind: type.kind });
    const project = (object: Parameters<typeof projectTracked>[0]): LiveObject | undefined => projectTracked(object, full, (instance) => isJudged?.(instance, type) === true);
    const informer = startInformer({ type, selection: full ? {} : { metadataOnly: true }, project }, AbortSignal.any([signal, stop.signal]));
    // the watch is stopped before its first list, or with the program: whoever waits for it hears of it elsewhere
    informer.synced.catch(() => {});
    informer.subscribe(({ current, previous }) => {
      if (!isNews(previous, current)) return;
      for (const instance of new Set([previous?.instance, current?.instance])) if (instance !== undefined) onNews(instance);
    });
    return { informer, stop };
  }

  function stopUnused(): void {
    const used = new Set([...users.values()].flatMap((kinds) => [...kinds]));
    for (const [kind, { stop }] of watched) {
      if (used.has(kind)) continue;
      stop.abort(new DOMException('no Application uses this kind any more', 'AbortError'));
      watched.delete(kind);
    }
  }

  async function firstLists(informers: readonly Informer<LiveObject>[]): Promise<void> {
    const late = Promise.withResolvers<void>();
    const cancel = clock.after(patience, late.resolve);
    await Promise.race([late.promise, Promise.allSettled(informers.map(({ synced }) => synced))]);
    cancel();
  }

  return {
    look: (type, key) => {
      const informer = watched.get(kindOf(type))?.informer;
      if (informer === undefined || !informer.healthy()) return 'unknown';
      return informer.get(key) ?? 'absent';
    },
    retain: async (application, types) => {
      const fresh: Informer<LiveObject>[] = [];
      const kinds = new Set<string>();
      for (const type of types) {
        const kind = kindOf(type);
        kinds.add(kind);
        if (watched.has(kind)) continue;
        const started = start(type);
        watched.set(kind, started);
        fresh.push(started.informer);
      }
      users.set(application, kinds);
      stopUnused();
      if (fresh.length > 0) await firstLists(fresh);
    },
    release: (application) => {
      users.delete(application);
      stopUnused();
    },
  };
}
