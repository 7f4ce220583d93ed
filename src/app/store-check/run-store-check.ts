import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { version } from '../../lib/version.ts';
import { adapterEnvironment } from '../adapter-environment.ts';
import { loadProviders } from '../load-providers.ts';
import type { AdapterOptions, ClusterOptions } from '../options.ts';
import { openTargetCluster } from '../target-cluster.ts';
import { checkStore, type StoreCheck, type StoreQuestion } from './store-check.ts';

export interface StoreCheckSurroundings {
  readonly clock: Clock;
  readonly log: Log;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface StoreCheckOptions {
  readonly cluster: ClusterOptions;
  readonly question: StoreQuestion;
  readonly adapters: AdapterOptions;
}

/**
 * Checks a store of the cluster that is meant.
 * @throws KubeError; UsageError for an adapter that cannot be loaded; the signal's reason
 */
export async function runStoreCheck(options: StoreCheckOptions, { clock, log, environment }: StoreCheckSurroundings, signal: AbortSignal): Promise<StoreCheck> {
  const { adapters } = options;
  const registry = await loadProviders(adapters.packages);
  const metrics = createMetrics({ version, process: false });
  const cluster = await openTargetCluster(options.cluster, { clock, log, metrics });
  try {
    return await checkStore(options.question, { cluster, clock, random: Math.random, metrics, registry, environment: adapterEnvironment(environment, adapters), allowOwnIdentity: adapters.allowOwnIdentity }, signal);
  } finally {
    await cluster.close();
  }
}
