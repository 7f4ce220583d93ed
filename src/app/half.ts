import type { Cluster } from '../kube/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { Random } from '../lib/random.ts';
import type { Controller } from '../runtime/controller.ts';
import type { EventSink } from '../runtime/event-sink.ts';
import type { StartInformer } from './start-informers.ts';

/** What every part of the program is built from. */
export interface Foundation {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly events: EventSink;
  /** False where another process may have taken over: nothing is written to providers either. Absent: there is no other. */
  readonly mayWrite?: () => boolean;
  /** Starts watches as far as the controller may look. */
  readonly startInformer: StartInformer;
  /** Ends watches and clients; aborted after the controllers have drained. */
  readonly lifetime: AbortSignal;
}

/** A cache that must be filled before controllers may trust it. */
export interface NamedCache {
  readonly name: string;
  readonly synced: Promise<void>;
  readonly healthy: () => boolean;
}

/** One half of the program, put together and not yet started. */
export interface Half {
  readonly caches: readonly NamedCache[];
  readonly controllers: readonly Controller[];
  /** What is done beside the controllers, by the one process that works; absent: nothing. */
  readonly begin?: () => void;
  /** Last writes, after the controllers have drained. */
  readonly finish: (signal: AbortSignal) => Promise<void>;
}
