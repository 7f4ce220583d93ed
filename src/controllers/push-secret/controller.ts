import { pushSecretReasons, statusFieldManager } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { pushSecretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { RecentCounts } from '../../lib/recent-counts.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import type { StoreReader, StoreWriter } from '../../provider/store-reader.ts';
import type { Controller } from '../../runtime/controller.ts';
import { createController } from '../../runtime/controller.ts';
import { strictReadyCondition as condition } from '../../runtime/desired-status.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { explainError } from '../../runtime/explain-error.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { createStatusReporter } from '../../runtime/status-reporter.ts';
import type { GeneratorCache } from '../../secret/generator-cache.ts';
import type { GeneratorStates } from '../../secret/generator-states.ts';
import type { StoreHolds } from '../../secret/push/store-holds.ts';
import type { TemplateRenderer } from '../../template/renderer.ts';
import { countPushSecrets } from './count-objects.ts';
import { holdStores } from './hold-stores.ts';
import type { PushSecretCaches, PushSecretEntry } from './caches.ts';
import { failed } from './outcomes.ts';
import { persistRefreshTimes } from './persist.ts';
import { createPushDigest } from './push-digest.ts';
import { PushMemory } from './push-memory.ts';
import { churnSpan } from './push.ts';
import { reconcilePushSecret } from './reconcile.ts';
import { watchPushSecrets } from './watch.ts';

export interface PushSecretControllerOptions {
  readonly cluster: Cluster;
  /** Informers made of `pushSecretInformers`; started by the caller, before the controller. */
  readonly caches: PushSecretCaches;
  readonly generators: GeneratorCache;
  readonly reader: Pick<StoreReader, 'read'>;
  readonly writer: StoreWriter;
  readonly runner: GeneratorRunner;
  /** Keeps account of what generators have made outside of the cluster. */
  readonly states: GeneratorStates;
  /** Renders templates; nothing is asked of it for PushSecrets that have none. */
  readonly renderer: TemplateRenderer;
  readonly events: EventSink;
  /** Stores of another class are left to their controllers. */
  readonly controllerClass: string;
  /** Milliseconds that what is pushed may be gone before it goes from the providers as well; ten seconds unless told. */
  readonly sourceGrace?: number;
  /** Milliseconds for which what was pushed is tried to be removed where the namespace goes; half a minute unless told. */
  readonly leavingGrace?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue' | 'watchObjects'>;
}

export interface PushSecretController extends Controller {
  /** Which stores must stay for what has to be removed through them: for the controllers that keep the stores' finalizers. */
  readonly storesHeld: StoreHolds;
  /** Writes the refresh times that are only remembered: after the drain, so that a restart pushes nothing too early. */
  readonly persist: (signal: AbortSignal) => Promise<void>;
}

/** A provider that hangs keeps a worker until its deadline. */
const concurrency = 64;

/** Long enough to replace a Secret by hand or by a pipeline. */
const defaultSourceGrace = 10_000;

/** Long enough for a provider that hesitates, short enough for who waits for the namespace. */
const defaultLeavingGrace = 30_000;

/** More objects than go round in circles anywhere. */
const rememberedChurn = 10_000;

/** Makes the controller that pushes Secrets to providers and takes back what is no longer pushed. */
export function createPushSecretController(options: PushSecretControllerOptions): PushSecretController {
  const { cluster, caches, generators, events, clock, random, log, metrics, sourceGrace = defaultSourceGrace, leavingGrace = defaultLeavingGrace } = options;
  const memory = new PushMemory();
  const storesHeld = holdStores(caches);
  // what the caches report before the start was there already
  let isStarted = false;
  const stop = watchPushSecrets({ caches, generators, memory, enqueue: (key, after) => controller.enqueue(key, after, isStarted ? {} : { lane: 'start' }) });
  const context = {
    ...options,
    memory,
    sourceGrace,
    leavingGrace,
    churn: new RecentCounts(churnSpan, rememberedChurn),
    digest: createPushDigest(),
    lookAgain: (key: ObjectKey, after: number) => controller.enqueue(key, after),
  };
  const controller = createController<PushSecretEntry>({
    name: 'pushsecret',
    find: (key) => caches.pushSecrets.get(key),
    reconcile: (entry, signal) => reconcilePushSecret(entry, context, signal),
    report: createStatusReporter({ cluster, type: pushSecretType, fieldManager: statusFieldManager, events, clock, condition }),
    explain: explainFailure,
    clock,
    random,
    log,
    metrics,
    concurrency,
  });
  metrics.watchObjects('PushSecret', () => countPushSecrets(caches, memory, clock));
  return {
    ...controller,
    storesHeld,
    start: () => {
      isStarted = true;
      controller.start();
    },
    drain: async (ms) => {
      stop();
      storesHeld.stop();
      return controller.drain(ms);
    },
    persist: (signal) => persistRefreshTimes({ cluster, caches, memory, log }, signal),
  };
}

/** A condition keeps External Secrets' reason whatever went wrong; the message says what. */
function explainFailure(error: unknown): Outcome {
  const outcome = explainError(error);
  return outcome.kind === 'stalled' ? { ...outcome, reason: pushSecretReasons.failed } : failed(outcome.message, outcome.kind === 'failed' ? outcome.retryAfter : undefined);
}
