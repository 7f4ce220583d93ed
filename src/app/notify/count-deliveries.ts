import { parseApplication } from '../../api/application.ts';
import { formatKey, type KubeObject, keyOf } from '../../api/object.ts';
import { listAt, numberAt, textAt } from '../../gitops/health/live-field.ts';
import { deliveryOf } from '../../gitops/notify/delivery.ts';
import { createFigures, type Figure } from '../../gitops/notify/figures.ts';
import type { Resolver } from '../../gitops/source/resolver.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { Informer } from '../../kube/informer.ts';
import type { Clock } from '../../lib/clock.ts';
import type { DeliveryLabels, DeliveryMetrics, DeliveryRecord } from '../../lib/delivery-metrics.ts';
import type { Log } from '../../lib/log.ts';
import { createSemaphore } from '../../lib/semaphore.ts';
import { parseTimestamp } from '../../lib/timestamp.ts';

export interface CountDeliveriesOptions {
  /** All Applications. */
  readonly applications: readonly Informer<KubeObject>[];
  readonly resolver: Pick<Resolver, 'resolve'>;
  readonly metrics: DeliveryMetrics;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Pick<Log, 'debug'>;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** Clones that are looked into at once for the time of a commit. */
const readAtOnce = 2;

/** Counts deliveries by what statuses tell, as they change. */
export function countDeliveries({ applications, resolver, metrics, clock, log, signal }: CountDeliveriesOptions): void {
  const figures = createFigures(clock.now());
  const reads = createSemaphore(readAtOnce);
  for (const informer of applications) {
    informer.subscribe(({ key, current, previous }) => {
      if (current === undefined) figures.forget(formatKey(key));
      else if (previous === undefined) figures.seed(formatKey(key), readDelivery(current)?.delivery);
      else note(current);
    });
  }
  metrics.watchRecords(() => applications.flatMap((informer) => [...informer.values()].map(recordOf)));

  async function tellLeadTime(labels: DeliveryLabels, { revision, at }: Figure & { readonly kind: 'delivered' }, repoURL: string): Promise<void> {
    const committed = await reads.run(() => committedAt(resolver, repoURL, revision.split(',')[0] ?? '', signal), signal);
    if (committed !== undefined) metrics.delivered(labels, Math.max(0, at - committed) / 1000);
  }

  function note(application: KubeObject): void {
    const read = readDelivery(application);
    if (read === undefined) return;
    const { namespace = '', name } = application.metadata;
    const labels = { namespace, application: name };
    for (const figure of figures.note(formatKey(keyOf(application)), read.delivery)) {
      if (figure.kind === 'failed') metrics.failed(labels, figure.reason);
      else if (figure.kind === 'restored') metrics.restored(labels, figure.after / 1000);
      else tellLeadTime(labels, figure, read.repoURL).catch((error: unknown) => log.debug({ application: `${namespace}/${name}`, error }, 'the time of a commit is not known'));
    }
  }
}

function readDelivery(object: KubeObject) {
  const parsed = parseApplication(object);
  const delivery = parsed.ok ? deliveryOf(parsed.value) : undefined;
  return parsed.ok && delivery !== undefined ? { delivery, repoURL: parsed.value.spec.source.repoURL } : undefined;
}

/** When a commit was made, by its author's clock, in milliseconds since the epoch; undefined for what is none. */
async function committedAt(resolver: Pick<Resolver, 'resolve'>, repoURL: string, commit: string, signal: AbortSignal): Promise<number | undefined> {
  if (!/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(commit)) return undefined;
  try {
    const facts = await (await resolver.resolve(repoURL, commit, signal)).commit?.(signal);
    return parseTimestamp(facts?.date);
  } catch (error) {
    if (isSourceError(error)) return undefined;
    throw error;
  }
}

/** Read without parsing all of a status: it is asked for all Applications at every scrape. Ids of a history grow by one, from 0. */
function recordOf(application: KubeObject): DeliveryRecord {
  const { namespace = '', name } = application.metadata;
  const last = numberAt(listAt(application, 'status', 'history').at(-1), 'id');
  const since = textAt(application, 'status', 'health', 'status') === 'Degraded' ? parseTimestamp(textAt(application, 'status', 'health', 'lastTransitionTime')) : undefined;
  return { namespace, application: name, deployments: last === undefined ? 0 : last + 1, ...(since === undefined ? {} : { unhealthySince: since }) };
}
