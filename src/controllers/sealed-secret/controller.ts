import { statusFieldManager } from '../../api/names.ts';
import { syncedCondition } from '../../api/sealed-secret.ts';
import type { Cluster } from '../../kube/port.ts';
import { sealedSecretType } from '../../kube/resource-types.ts';
import type { BackoffPolicy } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics, ObjectCounts } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import type { Controller } from '../../runtime/controller.ts';
import { createController } from '../../runtime/controller.ts';
import type { ConditionStyle } from '../../runtime/desired-status.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { createStatusReporter } from '../../runtime/status-reporter.ts';
import type { TemplateRenderer } from '../../template/renderer.ts';
import type { SealedSecretCaches, SealedSecretEntry, SealingKeys } from './observe.ts';
import { conditionsOf, counted, countedReport } from './count.ts';
import { explainFailure } from './outcomes.ts';
import { reconcileSealedSecret } from './reconcile.ts';
import { UnsealMemory } from './unseal-memory.ts';
import { watchSealedSecrets } from './watch.ts';

export interface SealedSecretControllerOptions {
  readonly cluster: Pick<Cluster, 'create' | 'update' | 'get' | 'patchStatus'>;
  /** Informers made of `sealedSecretInformers`; started by the caller, before the controller. */
  readonly caches: SealedSecretCaches;
  readonly keys: SealingKeys;
  /** Renders templates; nothing is asked of it for SealedSecrets that have none. */
  readonly renderer: TemplateRenderer;
  /** Whether the form of the first versions is read, with the whole Secret in one ciphertext. */
  readonly acceptDeprecated: boolean;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue' | 'watchObjects' | 'sealedSecrets'>;
  /** Whether names of SealedSecrets stay out of the metrics. */
  readonly omitsNames?: boolean;
}

/** As upstream has it: Synced or not. */
const condition: ConditionStyle = { type: syncedCondition, statusOf: ({ kind }) => (kind === 'synced' ? 'True' : 'False'), isUnknownToKstatus: true };
/** Enough that the cores have work while writes are under way; each holds a few items at a time. */
const concurrency = 32;
const concurrentWrites = 32;
/** Without end, and in no hurry after a while: what can heal by itself is the API server. */
const backoff: BackoffPolicy = { base: 200, factor: 2, cap: 300_000 };

/** Makes the controller that turns SealedSecrets into Secrets and keeps them so. */
export function createSealedSecretController(options: SealedSecretControllerOptions): Controller {
  const { cluster, caches, keys, renderer, acceptDeprecated, events, clock, random, log, metrics, omitsNames = false } = options;
  const memory = new UnsealMemory();
  const writes = createSemaphore(concurrentWrites);
  // what the caches report before the start was there already
  let isStarted = false;
  const stop = watchSealedSecrets({ caches, keys, memory }, (key, lane) => controller.enqueue(key, undefined, { lane: isStarted ? lane : 'start' }));
  const counts = metrics.sealedSecrets();
  const controller = createController<SealedSecretEntry>({
    name: 'sealedsecret',
    find: (key) => caches.sealedSecrets.get(key),
    reconcile: counted(counts, memory, (entry, signal) => reconcileSealedSecret(entry, { caches, keys, memory, renderer, acceptDeprecated, cluster, writes }, signal)),
    report: countedReport(counts, createStatusReporter({ cluster, type: sealedSecretType, fieldManager: statusFieldManager, events, clock, condition })),
    explain: explainFailure,
    clock,
    random,
    log,
    metrics,
    concurrency,
    backoff,
  });
  metrics.watchObjects('SealedSecret', () => countObjects(caches, memory));
  if (!omitsNames) counts.watchConditions(() => conditionsOf(caches, memory));
  return {
    ...controller,
    start: () => {
      isStarted = true;
      controller.start();
    },
    drain: async (ms) => {
      stop();
      return controller.drain(ms);
    },
  };
}

function countObjects({ sealedSecrets }: SealedSecretCaches, memory: UnsealMemory): ObjectCounts {
  const byState = { synced: 0, waiting: 0, stalled: 0, failed: 0, unknown: 0 };
  for (const { metadata } of sealedSecrets.values()) byState[memory.outcome(metadata.uid ?? '') ?? 'unknown'] += 1;
  // an unsealing stands until something changes: nothing is ever late
  return { byState, stale: 0, oldestSuccess: 0 };
}
