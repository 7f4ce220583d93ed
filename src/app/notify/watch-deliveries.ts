import type { KubeObject } from '../../api/object.ts';
import type { Resolver } from '../../gitops/source/resolver.ts';
import type { Informer } from '../../kube/informer.ts';
import type { DeliveryMetrics } from '../../lib/delivery-metrics.ts';
import type { Foundation } from '../half.ts';
import { countDeliveries } from './count-deliveries.ts';
import type { Notifier } from './notifier.ts';

export interface WatchDeliveriesOptions {
  /** All Applications. */
  readonly applications: readonly Informer<KubeObject>[];
  readonly resolver: Pick<Resolver, 'resolve'>;
  readonly deliveries: DeliveryMetrics;
  /** Absent: nobody is told. */
  readonly notifier?: Pick<Notifier, 'note'>;
}

/** Counts deliveries, and has somebody told of them, as statuses tell of them: those that others have written, too. */
export function watchDeliveries({ clock, log, lifetime }: Foundation, { applications, resolver, deliveries, notifier }: WatchDeliveriesOptions): void {
  countDeliveries({ applications, resolver, metrics: deliveries, clock, log, signal: lifetime });
  if (notifier === undefined) return;
  for (const informer of applications) {
    informer.subscribe(({ current }) => {
      if (current !== undefined) notifier.note(current, undefined);
    });
  }
}
