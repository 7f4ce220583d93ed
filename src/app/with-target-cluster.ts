import type { Cluster } from '../kube/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { version } from '../lib/version.ts';
import type { ClusterOptions } from './options.ts';
import { openTargetCluster } from './target-cluster.ts';

/** What a command that looks at a cluster is handed. */
export interface CommandSurroundings {
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the cluster that a command is about, and closes it whatever becomes of the work. @throws KubeError, and what the work throws */
export async function withTargetCluster<T>(options: ClusterOptions, { clock, log }: CommandSurroundings, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const cluster = await openTargetCluster(options, { clock, log, metrics: createMetrics({ version, process: false }) });
  try {
    return await work(cluster);
  } finally {
    await cluster.close();
  }
}
