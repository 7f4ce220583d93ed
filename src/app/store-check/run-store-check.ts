import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { version } from '../../lib/version.ts';
import type { ClusterOptions } from '../options.ts';
import { openTargetCluster } from '../target-cluster.ts';
import { checkStore, type StoreCheck, type StoreQuestion } from './store-check.ts';

export interface StoreCheckSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Checks a store of the cluster that is meant.
 * @throws KubeError; the signal's reason
 */
export async function runStoreCheck(options: { readonly cluster: ClusterOptions; readonly question: StoreQuestion }, { clock, log, environment }: StoreCheckSurroundings, signal: AbortSignal): Promise<StoreCheck> {
  const metrics = createMetrics({ version, process: false });
  const cluster = await openTargetCluster(options.cluster, { clock, log, metrics });
  try {
    return await checkStore(options.question, { cluster, clock, random: Math.random, metrics, environment }, signal);
  } finally {
    await cluster.close();
  }
}
