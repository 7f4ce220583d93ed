import { readCapabilities } from '../../gitops/render/live/open-cluster-view.ts';
import type { Capabilities } from '../../gitops/render/helm/engine/capabilities.ts';
import type { Cluster } from '../../kube/port.ts';
import { customResourceDefinitionType } from '../../kube/resource-types.ts';
import type { Cancel, Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { StartInformer } from './live-index.ts';

/** Looks anew at what the cluster serves when a CustomResourceDefinition comes, changes or goes. */
export interface CapabilityWatch {
  /** Whether anybody wants to hear of it; nothing is watched while nobody does. */
  readonly want: (wanted: boolean) => void;
}

export interface CapabilityWatchOptions {
  readonly cluster: Pick<Cluster, 'discover' | 'version' | 'accessReview'>;
  readonly startInformer: StartInformer;
  readonly onRead: (capabilities: Capabilities) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Milliseconds after a change: definitions come in numbers, and are served a moment after they were written; the last look is for late ones. */
const looks = [2_000, 15_000];
/** Milliseconds before it is asked again whether definitions may be watched: somebody may grant it. */
const untilGranted = 600_000;

/** One look for all Applications, however many definitions change. Where they may not be watched, that is asked again from time to time. */
export function createCapabilityWatch({ cluster, startInformer, onRead, clock, log, signal }: CapabilityWatchOptions): CapabilityWatch {
  let running: AbortController | undefined;
  let cancelRetry: Cancel = () => {};
  const pending = new Map<number, Cancel>();

  async function look(): Promise<void> {
    try {
      await cluster.discover(signal, { fresh: true });
      onRead(await readCapabilities(cluster, signal));
    } catch (error) {
      if (!signal.aborted) log.debug({ error }, 'what the cluster serves cannot be read');
    }
  }

  function schedule(): void {
    for (const after of looks) {
      if (pending.has(after)) continue;
      const fire = (): void => {
        pending.delete(after);
        void look();
      };
      pending.set(after, clock.after(after, fire));
    }
  }

  async function start(stop: AbortController): Promise<void> {
    const until = AbortSignal.any([signal, stop.signal]);
    const mayWatch = await cluster.accessReview({ verb: 'watch', type: customResourceDefinitionType }, until);
    if (until.aborted) return;
    if (!mayWatch) {
      // it still counts as running: whoever asks meanwhile would get the same answer
      cancelRetry = clock.after(untilGranted, () => begin(stop));
      return;
    }
    const informer = startInformer({ type: customResourceDefinitionType, selection: { metadataOnly: true }, project: ({ metadata }) => metadata.resourceVersion }, until);
    informer.synced.catch(() => {});
    informer.subscribe(schedule);
  }

  function begin(begun: AbortController): void {
    start(begun).catch((error: unknown) => {
      // it is tried again by the next who asks
      if (running === begun) running = undefined;
      if (!signal.aborted && !begun.signal.aborted) log.debug({ error }, 'definitions cannot be watched');
    });
  }

  function stop(): void {
    cancelRetry();
    running?.abort(new DOMException('nobody asks what the cluster serves any more', 'AbortError'));
    running = undefined;
    for (const cancel of pending.values()) cancel();
    pending.clear();
  }

  // a timer that is left keeps the process
  signal.addEventListener('abort', stop, { once: true });
  return {
    want: (wanted) => {
      if (!wanted) stop();
      if (!wanted || running !== undefined || signal.aborted) return;
      running = new AbortController();
      begin(running);
    },
  };
}
