import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { version } from '../../lib/version.ts';
import type { ClusterOptions } from '../options.ts';
import { openTargetCluster } from '../target-cluster.ts';
import { explainSecret, type SecretName } from './explain-secret.ts';
import type { Explanation } from './explanation.ts';

/**
 * Explains a Secret of the cluster that is meant.
 * @throws KubeError
 */
export async function runExplain(options: { readonly cluster: ClusterOptions; readonly secret: SecretName }, { clock, log }: { readonly clock: Clock; readonly log: Log }, signal: AbortSignal): Promise<Explanation> {
  const cluster = await openTargetCluster(options.cluster, { clock, log, metrics: createMetrics({ version, process: false }) });
  try {
    return await explainSecret(cluster, options.secret, clock, signal);
  } finally {
    await cluster.close();
  }
}
