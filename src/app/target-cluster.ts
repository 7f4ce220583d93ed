import { servedGeneratorKinds } from '../api/generator-kinds.ts';
import type { Cluster } from '../kube/port.ts';
import {
  appProjectType,
  applicationSetType,
  applicationType,
  clusterExternalSecretType,
  clusterGeneratorType,
  clusterPushSecretType,
  clusterSecretStoreType,
  externalSecretType,
  generatorStateType,
  generatorType,
  pushSecretType,
  sealedSecretType,
  secretStoreType,
} from '../kube/resource-types.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Metrics } from '../lib/metrics.ts';
import type { ClusterOptions } from './options.ts';

/** External Secrets' kinds beside generators. */
const secretTypes = [externalSecretType, clusterExternalSecretType, secretStoreType, clusterSecretStoreType, pushSecretType, clusterPushSecretType];

export interface TargetClusterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'apiRequested'>;
}

/** Opens the cluster a command works on. Only the kind that is asked for is loaded. */
export async function openTargetCluster(options: ClusterOptions, { clock, log, metrics }: TargetClusterDeps): Promise<Cluster> {
  if (options.kind === 'local') {
    const { openLocalCluster } = await import('../kube/local/local-cluster.ts');
    const types = [...secretTypes, ...servedGeneratorKinds.map(generatorType), clusterGeneratorType, generatorStateType, sealedSecretType, applicationType, applicationSetType, appProjectType];
    return openLocalCluster({ dir: options.folder, types, clock, onProblem: ({ file, problem }) => log.warn({ file, problem }, 'a file of the local cluster') });
  }
  const { openCluster } = await import('../kube/open-cluster.ts');
  return openCluster({
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
    ...(options.context === undefined ? {} : { context: options.context }),
    onRequest: (request) => metrics.apiRequested(request),
  });
}
