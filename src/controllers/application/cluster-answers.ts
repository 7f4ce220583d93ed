import type { Capabilities } from '../../gitops/render/helm/engine/capabilities.ts';
import { type AskedCluster, type OpenView, openClusterView, readCapabilities } from '../../gitops/render/live/open-cluster-view.ts';
import { answersTo, type Consulted, hasQuestions } from '../../gitops/render/live/consulted.ts';
import { readLookup, versionOf } from '../../gitops/render/live/read-lookup.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Random } from '../../lib/random.ts';
import { type CapabilityWatchOptions, createCapabilityWatch } from './capability-watch.ts';
import type { Reference } from './reference-watch.ts';

/** Which of an Application's renders: the one that is planned with, or the one with values of the cluster. */
export type RenderSlot = 'planned' | 'valued';

/** What charts were told of the cluster as they were rendered, and whether that still holds. */
export interface ClusterAnswers {
  /** The cluster for one render. @param home the Application's destination namespace */
  readonly open: (home: string) => OpenView;
  /** Keeps what a render was told, in the place of what the one before it was. */
  readonly record: (application: string, slot: RenderSlot, consulted: Consulted) => void;
  /** Something that it looked up may have changed. */
  readonly mark: (application: string) => void;
  /** Whether the Application's renders would be told the same now. False: what was kept of them is forgotten here. */
  readonly stillHold: (application: string, signal: AbortSignal) => Promise<boolean>;
  /** What it has looked up. */
  readonly references: (application: string) => readonly Reference[];
  readonly forget: (application: string) => void;
}

export interface ClusterAnswersOptions extends Omit<CapabilityWatchOptions, 'onRead' | 'cluster'> {
  readonly cluster: AskedCluster & CapabilityWatchOptions['cluster'];
  /** It is time to ask whether all that an Application's charts were told still holds. */
  readonly onNews: (application: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Milliseconds between two looks at what was looked up, at the least: a chart may look up what changes all the time, even by its own doing. */
const soonest = 5_000;
/** At the most, where no watch tells of changes; a tenth more or less, so that not all look at once. */
const latest = 600_000;
/** Where something could not be looked at: a change that was told of is not forgotten, and the API server is left time. */
const retry = 30_000;

interface Kept {
  readonly renders: Map<RenderSlot, Consulted>;
  /** When what was looked up was looked at last, on the monotonic clock. */
  lookedAt: number;
  /** Milliseconds from then to the next look. */
  wait: typeof soonest | typeof latest | typeof retry;
  /** Of the timer for the next look. */
  cancel: Cancel;
}

/**
 * Keeps what charts were told. Capabilities are compared in memory, at each pass and when definitions change; what was looked up is read
 * anew, its metadata alone, when a watch has told of a change, and otherwise every ten minutes.
 */
export function createClusterAnswers(options: ClusterAnswersOptions): ClusterAnswers {
  const { cluster, clock, random, log, signal: lifetime, onNews } = options;
  const kept = new Map<string, Kept>();
  const definitions = createCapabilityWatch({
    ...options,
    onRead: (capabilities) => {
      for (const [application, { renders }] of kept) if (!holdsFor(renders.values(), capabilities)) onNews(application);
    },
  });

  // a timer that is left keeps the process
  lifetime.addEventListener('abort', () => [...kept.values()].forEach(({ cancel }) => cancel()), { once: true });

  function schedule(application: string, entry: Kept): void {
    entry.cancel();
    const wait = entry.wait === latest ? latest * (0.9 + random() * 0.2) : entry.wait;
    if (!lifetime.aborted) entry.cancel = clock.after(Math.max(0, wait - (clock.monotonic() - entry.lookedAt)), () => onNews(application));
  }

  /** Counts from now. */
  function lookIn(wait: Kept['wait'], application: string, entry: Kept): void {
    entry.lookedAt = clock.monotonic();
    entry.wait = wait;
    schedule(application, entry);
  }

  function drop(application: string): void {
    kept.get(application)?.cancel();
    if (kept.delete(application)) watchDefinitions();
  }

  function watchDefinitions(): void {
    definitions.want([...kept.values()].some(({ renders }) => [...renders.values()].some(({ questions }) => hasQuestions(questions))));
  }

  async function haveCapabilities(renders: readonly Consulted[], signal: AbortSignal): Promise<boolean> {
    return renders.every(({ questions }) => !hasQuestions(questions)) || holdsFor(renders, await readCapabilities(cluster, signal));
  }

  async function haveLookups(application: string, entry: Kept, signal: AbortSignal): Promise<boolean> {
    const since = clock.monotonic() - entry.lookedAt;
    if (since < (entry.wait === latest ? latest * 0.9 : entry.wait)) {
      // whatever became of the timer: a change that was told of is looked at
      if (entry.wait !== latest) schedule(application, entry);
      return true;
    }
    lookIn(latest, application, entry);
    for (const { query, type, version } of [...entry.renders.values()].flatMap(({ lookups }) => lookups)) {
      if (versionOf(await readLookup(cluster, type, query, { metadataOnly: true }, signal)) !== version) return false;
    }
    return true;
  }

  return {
    open: (home) => openClusterView(cluster, home),
    record: (application, slot, consulted) => {
      const entry = kept.get(application) ?? { renders: new Map<RenderSlot, Consulted>(), lookedAt: clock.monotonic(), wait: latest, cancel: () => {} };
      if (hasQuestions(consulted.questions) || consulted.lookups.length > 0) entry.renders.set(slot, consulted);
      else entry.renders.delete(slot);
      if (entry.renders.size === 0) {
        drop(application);
        return;
      }
      kept.set(application, entry);
      // what was looked up has just been read
      entry.lookedAt = clock.monotonic();
      schedule(application, entry);
      watchDefinitions();
    },
    mark: (application) => {
      const entry = kept.get(application);
      if (entry === undefined || entry.wait !== latest) return;
      entry.wait = soonest;
      schedule(application, entry);
    },
    stillHold: async (application, signal) => {
      const entry = kept.get(application);
      if (entry === undefined) return true;
      try {
        if ((await haveCapabilities([...entry.renders.values()], signal)) && (await haveLookups(application, entry, signal))) return true;
      } catch (error) {
        if (kept.get(application) === entry) lookIn(retry, application, entry);
        if (!isSourceError(error)) throw error;
        // it is taken to be as it was; the message is not logged, because what a chart asked for may hold values of Secrets
        log.debug({ application, kind: error.kind }, 'what charts were told cannot be looked at');
        return true;
      }
      entry.renders.clear();
      return false;
    },
    references: (application) => [...(kept.get(application)?.renders.values() ?? [])].flatMap(({ lookups }) => lookups.map(({ query: { namespace, name }, type }) => ({ type, ...(type.namespaced ? { namespace } : {}), ...(name === '' ? {} : { name }) }))),
    forget: drop,
  };
}

function holdsFor(renders: Iterable<Consulted>, capabilities: Capabilities): boolean {
  return [...renders].every(({ questions, answers }) => !hasQuestions(questions) || answersTo(questions, capabilities) === answers);
}
