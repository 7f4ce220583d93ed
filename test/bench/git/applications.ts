import type { KubeObject } from '../../../src/api/object.ts';
import { applicationType } from '../../../src/kube/resource-types.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { at } from '../../support/raw-api.ts';
import { type Readiness, watchReadiness } from '../external-secrets/readiness.ts';

/** When each Application was Synced to a revision, and Healthy. */
export function watchDeployed(cluster: Cluster, revision: string): Promise<Readiness> {
  return watchReadiness(cluster, applicationType, (application: KubeObject) => {
    const sync = at(application, 'status', 'sync');
    return at(sync, 'status') === 'Synced' && at(sync, 'revision') === revision && at(application, 'status', 'health', 'status') === 'Healthy';
  });
}
