import { statusFieldManager, storeReasons } from '../../api/names.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterSecretStoreType, secretStoreType } from '../../kube/resource-types.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics, ObjectCounts } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import type { StoreReader } from '../../provider/store-reader.ts';
import type { Controller } from '../../runtime/controller.ts';
import { createController } from '../../runtime/controller.ts';
import type { StoreHolds } from '../../secret/push/store-holds.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { explainError } from '../../runtime/explain-error.ts';
import { createStatusReporter } from '../../runtime/status-reporter.ts';
import type { StoreEntry } from './decide.ts';
import { reconcileStore } from './reconcile.ts';
import type { StoreCaches } from './watch.ts';
import { watchStores } from './watch.ts';

export interface SecretStoreControllerOptions {
  /** One controller serves one of the two kinds. */
  readonly kind: StoreKind;
  readonly cluster: Cluster;
  /** Informers made of `externalSecretInformers`: the stores of the kind, and the versions of Secrets and ConfigMaps. */
  readonly caches: StoreCaches;
  readonly reader: Pick<StoreReader, 'validate' | 'credentials' | 'capabilities'>;
  /** Which stores PushSecrets need; absent where none are reconciled. */
  readonly holds?: Pick<StoreHolds, 'isHeld' | 'subscribe'>;
  /** `holds` are not all there are: no finalizer is taken away. */
  readonly partial?: boolean;
  /** Milliseconds between validations of a store that does not say; absent: five minutes, as External Secrets has it. */
  readonly requeueInterval?: number;
  readonly events: EventSink;
  /** Stores of another class are left to their controllers. */
  readonly controllerClass: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue' | 'watchObjects'>;
}

/** A provider that hangs keeps a worker until its deadline. */
const concurrency = 32;

const fiveMinutes = 300_000;
const nobody: Required<SecretStoreControllerOptions>['holds'] = { isHeld: () => false, subscribe: () => () => {} };

/** Makes the controller that says of every store whether it can be read through. */
export function createSecretStoreController(options: SecretStoreControllerOptions): Controller {
  const { kind, cluster, caches, reader, holds = nobody, partial = false, requeueInterval = fiveMinutes, events, controllerClass, clock, random, log, metrics } = options;
  const type = kind === 'ClusterSecretStore' ? clusterSecretStoreType : secretStoreType;
  const stop = watchStores({ kind, caches, reader, holds, enqueue: (key) => controller.enqueue(key) });
  const controller = createController<StoreEntry>({
    name: kind.toLowerCase(),
    find: (key) => caches.stores.get(key),
    reconcile: (entry, signal) => reconcileStore(entry, { cluster, type, reader, holds, mayRelease: !partial, controllerClass, requeueInterval }, signal),
    report: createStatusReporter({ cluster, type, fieldManager: statusFieldManager, events, clock }),
    explain: (error) => ({ ...explainError(error), reason: storeReasons.invalid }),
    clock,
    random,
    log,
    metrics,
    concurrency,
  });
  metrics.watchObjects(kind, () => countStores(caches));
  return {
    ...controller,
    drain: async (ms) => {
      stop();
      return controller.drain(ms);
    },
  };
}

function countStores({ stores }: StoreCaches): ObjectCounts {
  const byState: Record<string, number> = {};
  for (const { parsed } of stores.values()) {
    const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
    const state = ready === undefined ? 'unknown' : ready.status === 'True' ? 'synced' : 'failed';
    byState[state] = (byState[state] ?? 0) + 1;
  }
  return { byState, stale: 0, oldestSuccess: 0 };
}
