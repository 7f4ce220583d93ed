import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** An Application, by which the figures of its deliveries are told. */
export interface DeliveryLabels {
  readonly namespace: string;
  readonly application: string;
}

/** Why a change counts as failed. */
export type FailedChange = 'sync_failed' | 'degraded' | 'rolled_back';

/** What an Application's own record says at a scrape. */
export interface DeliveryRecord extends DeliveryLabels {
  /** How often something was brought in, over all its life. */
  readonly deployments: number;
  /** When it stopped being healthy, in milliseconds since the epoch; absent while it is healthy. */
  readonly unhealthySince?: number;
}

/** The four figures of DORA, for each Application, and what was told of them. */
export interface DeliveryMetrics {
  /** A commit has become healthy for the first time, so many seconds after it was made. */
  readonly delivered: (application: DeliveryLabels, seconds: number) => void;
  /** A change has failed; each counts once. */
  readonly failed: (application: DeliveryLabels, reason: FailedChange) => void;
  /** It is healthy again, after so many seconds. */
  readonly restored: (application: DeliveryLabels, seconds: number) => void;
  /** Registers the Applications; asked at every scrape. One that is gone takes its figures along. */
  readonly watchRecords: (read: () => Iterable<DeliveryRecord>) => void;
  /** A notification has come to its end. */
  readonly notified: (service: string, outcome: string) => void;
}

/** From a minute to two weeks. */
const leadSeconds = [60, 300, 900, 3_600, 14_400, 86_400, 604_800, 1_209_600];
const restoreSeconds = [30, 60, 300, 900, 3_600, 14_400, 86_400];
/** Applications whose names are labels; those beyond are counted together, so that the number of series has a bound. */
const mostNamed = 5_000;
const others: DeliveryLabels = { namespace: '', application: '' };
const labelNames = ['namespace', 'application'] as const;

/** Registers the figures with the first use: whoever releases nothing from Git has none of them. */
export function deliveryMetrics(registers: Registry[]): { readonly use: () => DeliveryMetrics; readonly collect: () => void } {
  let made: { readonly use: DeliveryMetrics; readonly collect: () => void } | undefined;
  return {
    use: () => {
      made ??= register(registers);
      return made.use;
    },
    collect: () => made?.collect(),
  };
}

function register(registers: Registry[]): { readonly use: DeliveryMetrics; readonly collect: () => void } {
  const lead = new Histogram({ name: 'prelude_delivery_lead_time_seconds', help: 'From a commit to the moment when it was first synced and healthy.', labelNames, buckets: leadSeconds, registers });
  const failures = new Counter({ name: 'prelude_delivery_failed_changes_total', help: 'Changes that failed to sync, degraded or were rolled back; each counts once.', labelNames: [...labelNames, 'reason'], registers });
  const restore = new Histogram({ name: 'prelude_delivery_time_to_restore_seconds', help: 'From the moment when an Application degraded, or failed to sync, to the one when it was healthy again.', labelNames, buckets: restoreSeconds, registers });
  const deployments = new Counter({ name: 'prelude_delivery_deployments_total', help: 'Revisions that were brought in, over all the life of the Application: a restart does not begin anew.', labelNames, registers });
  const unhealthy = new Gauge({ name: 'prelude_delivery_unhealthy_since_seconds', help: 'When an Application stopped being healthy, seconds since the epoch; absent while it is.', labelNames, registers });
  const notifications = new Counter({ name: 'prelude_notifications_total', help: 'Notifications by what became of them: sent, refused, late.', labelNames: ['service', 'outcome'], registers });
  const named = new Map<string, DeliveryLabels>();
  let read: () => Iterable<DeliveryRecord> = () => [];

  function labelsOf({ namespace, application }: DeliveryLabels): DeliveryLabels & Record<'namespace' | 'application', string> {
    const key = `${namespace}/${application}`;
    const known = named.get(key);
    if (known !== undefined) return { ...known };
    if (named.size >= mostNamed) return { ...others };
    const labels = { namespace, application };
    named.set(key, labels);
    return { ...labels };
  }

  function forget(present: ReadonlySet<string>): void {
    for (const [key, labels] of named) {
      if (present.has(key)) continue;
      named.delete(key);
      for (const metric of [lead, restore]) metric.remove({ ...labels });
      for (const reason of ['sync_failed', 'degraded', 'rolled_back']) failures.remove({ ...labels, reason });
    }
  }

  return {
    use: {
      delivered: (application, seconds) => lead.observe(labelsOf(application), seconds),
      failed: (application, reason) => failures.inc({ ...labelsOf(application), reason }),
      restored: (application, seconds) => restore.observe(labelsOf(application), seconds),
      watchRecords: (given) => {
        read = given;
      },
      notified: (service, outcome) => notifications.inc({ service, outcome }),
    },
    collect: () => {
      deployments.reset();
      unhealthy.reset();
      const records = [...read()];
      forget(new Set(records.map(({ namespace, application }) => `${namespace}/${application}`)));
      for (const record of records) {
        const labels = labelsOf(record);
        deployments.inc(labels, record.deployments);
        if (record.unhealthySince !== undefined && labels.application !== '') unhealthy.set(labels, record.unhealthySince / 1000);
      }
    },
  };
}
