import type { KubeObject, ObjectKey } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { RecentCounts } from '../../lib/recent-counts.ts';
import type { Semaphore } from '../../lib/semaphore.ts';
import type { Generations } from './generations.ts';
import type { SetStatusWriter } from './status-writer.ts';

/** What is known of the Applications in the cluster. */
export interface KnownApplications {
  readonly get: (key: ObjectKey) => KubeObject | undefined;
  /** Those that an ApplicationSet controls, by `namespace/name` of it. */
  readonly ownedBy: (set: string) => readonly KubeObject[];
}

/** Everything a reconcile of an ApplicationSet works with. */
export interface SetContext {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly applications: KnownApplications;
  readonly generations: Generations;
  readonly statuses: SetStatusWriter;
  /** Whether Argo CD's controller of ApplicationSets runs in a namespace. */
  readonly argoRuns: (namespace: string, signal: AbortSignal) => Promise<boolean>;
  /** Bounds the writes of all ApplicationSets together. */
  readonly writes: Semaphore;
  /** Updates of one Application for one wish. */
  readonly rewrites: RecentCounts;
}
