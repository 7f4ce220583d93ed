import { createEventRecorder } from '../kube/event-recorder.ts';
import type { Cluster } from '../kube/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Random } from '../lib/random.ts';
import { limitEvents } from '../runtime/event-sink.ts';
import type { Foundation } from './half.ts';
import { informersOf } from './start-informers.ts';

export interface Surroundings {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Whether anything may be written now, to providers as well; absent: always. */
  readonly mayWrite?: () => boolean;
  /** Where to look; empty: the whole cluster. */
  readonly namespaces: readonly string[];
}

/** A foundation, and how it is taken down: what is queued is written first, then everything that lives is ended. */
export interface OwnedFoundation extends Foundation {
  readonly end: () => Promise<void>;
}

/** Milliseconds that the last events have. */
const lastEvents = 2_000;

/** Makes what all parts share: the event recorder with its limits, and the signal that ends what they have started. */
export function createFoundation({ namespaces, ...surroundings }: Surroundings): OwnedFoundation {
  const { cluster, clock, random, log } = surroundings;
  const lifetime = new AbortController();
  const recorder = createEventRecorder(cluster, { component: 'prelude', clock, log, signal: lifetime.signal });
  return {
    ...surroundings,
    events: limitEvents(recorder, clock),
    startInformer: informersOf(cluster, { clock, random, log }, namespaces),
    lifetime: lifetime.signal,
    end: async () => {
      const patience = new AbortController();
      const cancel = clock.after(lastEvents, () => patience.abort());
      await recorder.flush(patience.signal);
      cancel();
      lifetime.abort(new DOMException('stopped', 'AbortError'));
      await cluster.close();
    },
  };
}
