import { statusFieldManager } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { externalSecretType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import type { GeneratorRunner } from '../../provider/generator-runner.ts';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import type { Controller } from '../../runtime/controller.ts';
import { createController } from '../../runtime/controller.ts';
import { strictReadyCondition as condition } from '../../runtime/desired-status.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { explainError } from '../../runtime/explain-error.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import { createStatusReporter } from '../../runtime/status-reporter.ts';
import type { TemplateRenderer } from '../../template/renderer.ts';
import { countExternalSecrets } from './count-objects.ts';
import type { ExternalSecretCaches, ExternalSecretEntry } from './observe.ts';
import { failed } from './outcomes.ts';
import type { TargetKindsOptions } from './generic/target-kinds.ts';
import { watchTargets } from './generic/watch-targets.ts';
import { persistRefreshTimes } from './persist.ts';
import { reconcileExternalSecret } from './reconcile.ts';
import type { GeneratorLedger } from './settle.ts';
import { SyncMemory } from './sync-memory.ts';
import { watchExternalSecrets } from './watch.ts';
import type { PlaceOfConfig } from './watch-remote-keys.ts';

export interface ExternalSecretControllerOptions {
  readonly cluster: Cluster;
  /** Informers made of `externalSecretInformers`; started by the caller, before the controller. */
  readonly caches: ExternalSecretCaches;
  readonly reader: StoreReader;
  readonly generators: GeneratorRunner;
  /** Absent: nobody keeps account of what generators leave behind. */
  readonly states?: GeneratorLedger;
  /** Renders templates; nothing is asked of it for ExternalSecrets that have none. */
  readonly renderer: TemplateRenderer;
  readonly events: EventSink;
  /** Which targets may be made that are no Secrets, and how their kinds are watched. Absent: none. */
  readonly generic?: Pick<TargetKindsOptions, 'allowed' | 'startInformer'>;
  /** Stores of another class are left to their controllers. */
  readonly controllerClass: string;
  /** Where stores' values live, for `wake`; absent: it wakes nobody. */
  readonly placeOf?: PlaceOfConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue' | 'watchObjects'>;
}

export interface ExternalSecretController extends Controller {
  /** Something has changed at a provider: whom it may concern is read anew, before others. Answers how many those are. */
  readonly wake: (notice: ChangeNotice) => number;
  /** Writes the refresh times that are only remembered: after the drain, so that a restart reads nothing too early. */
  readonly persist: (signal: AbortSignal) => Promise<void>;
}

/** Many at once, so that their references share calls to the provider; what is written is bounded by itself. */
const concurrency = 320;
/** Those that wait for a worker begin together, so that their references fill the provider's batches: of 20, of 10, of 100. */
const group = 100;
const concurrentWrites = 32;
/** Milliseconds. A provider that takes few calls a second is waited for; all else has closer bounds of its own. */
const timeout = 300_000;

/** Makes the controller that turns ExternalSecrets into Secrets and keeps them so. */
export function createExternalSecretController(options: ExternalSecretControllerOptions): ExternalSecretController {
  const { cluster, caches, reader, generators, states, renderer, events, controllerClass, placeOf, clock, random, log, metrics } = options;
  const memory = new SyncMemory();
  const writes = createSemaphore(concurrentWrites);
  // what the caches report before the start was there already
  let isStarted = false;
  // before the others: by the time an ExternalSecret is looked at the kind of its target is being watched
  const generic = options.generic === undefined ? undefined : watchTargets(caches.externalSecrets, { ...options.generic, cluster, clock, log }, (key) => controller.enqueue(key));
  const watching = watchExternalSecrets({ caches, memory, reader, runner: generators, ...(placeOf === undefined ? {} : { placeOf }) }, (key, lane, isNews = true) => controller.enqueue(key, undefined, { lane: isStarted ? lane : 'start', isNews }));
  const context = { caches, memory, clock, cluster, writes, reader, generators, ...(states === undefined ? {} : { states }), ...(generic === undefined ? {} : { targets: generic.targets }), renderer, events, controllerClass, ownedBy: watching.ownedBy, lookAgain: (key: ObjectKey, after: number) => controller.enqueue(key, after) };
  const controller = createController<ExternalSecretEntry>({
    name: 'externalsecret',
    find: (key) => caches.externalSecrets.get(key),
    reconcile: (entry, signal, since) => reconcileExternalSecret(entry, { ...context, since }, signal),
    report: createStatusReporter({ cluster, type: externalSecretType, fieldManager: statusFieldManager, events, clock, condition }),
    explain: explainFailure,
    clock,
    random,
    log,
    metrics,
    concurrency,
    group,
    timeout,
  });
  metrics.watchObjects('ExternalSecret', () => countExternalSecrets(caches, memory, clock));
  return {
    ...controller,
    start: () => {
      isStarted = true;
      memory.startedAt = clock.monotonic();
      controller.start();
    },
    drain: async (ms) => {
      watching.stop();
      generic?.stop();
      return controller.drain(ms);
    },
    wake: (notice) => {
      const concerned = [...watching.concernedBy(notice)];
      for (const key of concerned) {
        memory.recordNotice(caches.externalSecrets.get(key)?.metadata.uid ?? '', clock.monotonic());
        controller.enqueue(key);
      }
      return concerned.length;
    },
    persist: (signal) => persistRefreshTimes({ cluster, caches, memory, writes, log }, signal),
  };
}

/** A condition keeps External Secrets' reason whatever went wrong; the message says what. */
function explainFailure(error: unknown): Outcome {
  const outcome = explainError(error);
  const message = isKubeError(error) ? `could not update secret: ${outcome.message}` : outcome.message;
  return failed(message, outcome.kind === 'failed' ? outcome.retryAfter : undefined);
}
