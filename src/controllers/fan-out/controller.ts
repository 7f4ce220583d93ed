import { statusFieldManager } from '../../api/names.ts';
import type { ObjectKey } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Metrics, ObjectCounts } from '../../lib/metrics.ts';
import type { Random } from '../../lib/random.ts';
import { RecentCounts } from '../../lib/recent-counts.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import type { Controller } from '../../runtime/controller.ts';
import { createController } from '../../runtime/controller.ts';
import type { EventSink } from '../../runtime/event-sink.ts';
import { createStatusReporter } from '../../runtime/status-reporter.ts';
import type { DeclarationKind } from './declaration-kind.ts';
import type { FanOutCaches, FanOutSubject } from './observe.ts';
import { heldBy } from './observe.ts';
import { reconcileDeclaration } from './reconcile.ts';
import { watchDeclarations } from './watch.ts';

export interface FanOutControllerOptions<Spec> {
  readonly cluster: Cluster;
  readonly caches: FanOutCaches<Spec>;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'reconciled' | 'watchQueue' | 'watchObjects'>;
  /** `declarations` are not all there are: one that is not among them may still hold a Namespace, and none is let go. */
  readonly partial?: boolean;
}

const concurrency = 8;
const concurrentWrites = 16;
const rewriteSpan = 60_000;
const rewritesRemembered = 4096;

/** Makes the controller that keeps an object in every namespace that a declaration of the kind means. */
export function createFanOutController<Spec>(whole: DeclarationKind<Spec>, { cluster, caches, events, clock, random, log, metrics, partial = false }: FanOutControllerOptions<Spec>): Controller {
  const kind = partial ? withoutNamespaces(whole) : whole;
  const watching = watchDeclarations(caches, kind, (key) => controller.enqueue(key));
  const context = {
    kind,
    cluster,
    caches,
    clock,
    fieldManager: statusFieldManager,
    writes: createSemaphore(concurrentWrites),
    rewrites: new RecentCounts(rewriteSpan, rewritesRemembered),
    ownedBy: watching.ownedBy,
    lookAgain: (key: ObjectKey, after: number) => controller.enqueue(key, after),
  };
  const report = createStatusReporter({ cluster, type: kind.type, fieldManager: statusFieldManager, events, clock });
  const controller = createController<FanOutSubject<Spec>>({
    name: kind.kinds.parent.kind.toLowerCase(),
    find: ({ name }) => findSubject(name, kind, caches),
    reconcile: (subject, signal) => reconcileDeclaration(subject, context, signal),
    report: async ({ entry }, reconciled, signal) => {
      if (entry !== undefined) await report(entry, reconciled, signal);
    },
    clock,
    random,
    log,
    metrics,
    concurrency,
  });
  metrics.watchObjects(kind.kinds.parent.kind, () => countDeclarations(caches));
  return {
    ...controller,
    drain: async (ms) => {
      watching.stop();
      return controller.drain(ms);
    },
  };
}

function withoutNamespaces<Spec>({ legacy, ...kind }: DeclarationKind<Spec>): DeclarationKind<Spec> {
  return legacy === undefined ? kind : { ...kind, legacy: { finalizer: legacy.finalizer } };
}

/** A declaration that is gone is looked at for the Namespaces that it still holds. */
function findSubject<Spec>(name: string, kind: DeclarationKind<Spec>, { declarations, namespaces }: FanOutCaches<Spec>): FanOutSubject<Spec> | undefined {
  const entry = declarations.get({ name });
  if (entry !== undefined) return { name, entry };
  return heldBy(name, kind, namespaces.values()).length > 0 ? { name } : undefined;
}

function countDeclarations<Spec>({ declarations }: Pick<FanOutCaches<Spec>, 'declarations'>): ObjectCounts {
  const byState: Record<string, number> = {};
  for (const { parsed } of declarations.values()) {
    const ready = parsed.ok ? parsed.value.status.conditions.find(({ type }) => type === 'Ready') : undefined;
    const state = ready === undefined ? 'unknown' : ready.status === 'True' ? 'synced' : 'failed';
    byState[state] = (byState[state] ?? 0) + 1;
  }
  return { byState, stale: 0, oldestSuccess: 0 };
}
