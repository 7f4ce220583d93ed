import { applicationType } from '../../kube/resource-types.ts';
import { defaultApplicationNamespace } from '../../api/application.ts';
import type { RepositoryPlan } from '../../gitops/plan/planned-application.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import type { ClusterOptions } from '../options.ts';
import { type CommandSurroundings, withTargetCluster } from '../with-target-cluster.ts';
import { type ApplicationDifference, diffApplication } from './diff-application.ts';

/**
 * What syncs of a repository's Applications would do to a cluster, in the order in which they would be brought in.
 * @throws KubeError where the cluster cannot be asked
 */
export async function diffRepository(cluster: ClusterOptions, { applications }: RepositoryPlan, surroundings: CommandSurroundings, signal: AbortSignal): Promise<readonly ApplicationDifference[]> {
  return withTargetCluster(cluster, surroundings, async (target) => {
    const differences: ApplicationDifference[] = [];
    for (const one of applications) {
      if (one.kind !== 'planned') continue;
      const known = await target.get(applicationType, one.plan.application, signal).catch((error: unknown) => {
        // the kind is not served yet: `up` brings it
        if (!isKubeError(error, 'absent')) throw error;
        return undefined;
      });
      differences.push(await diffApplication(target, { application: one.application, plan: one.plan, known, controlNamespace: defaultApplicationNamespace }, signal));
    }
    return differences;
  });
}
