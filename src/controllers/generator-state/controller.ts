import type { Informer } from '../../kube/informer.ts';
import type { Cluster } from '../../kube/port.ts';
import type { BackoffPolicy } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import type { Controller } from '../../runtime/controller.ts';
import { createController } from '../../runtime/controller.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import type { StateEntry } from './decide.ts';
import { reconcileState } from './reconcile.ts';
import { createStateReport } from './report.ts';
import { watchStates } from './watch.ts';

export interface GeneratorStateControllerOptions {
  readonly cluster: Pick<Cluster, 'get' | 'update' | 'delete'>;
  /** Made of `generatorStateInformer`. */
  readonly states: Informer<StateEntry>;
  readonly runner: Pick<GeneratorRunner, 'cleanup'>;
  /** The kinds of generators that `runner` knows. States of others are left as they are. */
  readonly kinds: readonly string[];
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue'>;
}

/** What cannot be taken back waits for a service, or for a person: neither is in a hurry. */
const backoff: BackoffPolicy = { base: 1_000, factor: 2, cap: 600_000 };

/** Makes the controller that takes back what generators have made, once it is no longer in use. */
export function createGeneratorStateController(options: GeneratorStateControllerOptions): Controller {
  const { cluster, states, runner, events, clock, random, log, metrics } = options;
  const kinds = new Set(options.kinds);
  const stop = watchStates(states, (key) => controller.enqueue(key));
  const controller = createController<StateEntry>({
    name: 'generatorstate',
    find: (key) => states.get(key),
    reconcile: (entry, signal) => reconcileState(entry, { kinds, now: clock.now() }, { cluster, runner }, signal),
    report: createStateReport(events),
    clock,
    random,
    log,
    metrics,
    backoff,
  });
  return {
    ...controller,
    drain: async (ms) => {
      stop();
      return controller.drain(ms);
    },
  };
}
