import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installCrds } from '../../../src/app/install-crds.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import type { Cluster } from '../../../src/kube/port.ts';
import { clusterRoleBindingType, namespaceType, serviceAccountType } from '../../../src/kube/resource-types.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { newSealingKey, type NewSealingKey } from '../new-sealing-key.ts';
import { installProducerKinds } from './producers.ts';
import type { PartPaths } from '../parts/build.ts';
import { type ControlPlane, startControlPlane } from '../parts/control-plane.ts';
import { type AgePair, agePair } from '../sops-files.ts';
import { type AuditTrail, openAuditTrail, trailPolicy } from './audit-trail.ts';

/** One API server, with its log of bodies, that many runs share: each has namespaces of its own. */
export interface BarrierWorld {
  readonly plane: ControlPlane;
  /** As the admin, past all mischief. */
  readonly cluster: Cluster;
  readonly trail: AuditTrail;
  /** The controller's; the log knows it as `controllerUser`. */
  readonly token: string;
  readonly sealingKey: NewSealingKey;
  readonly age: AgePair;
  /** For kubeconfigs and clones. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/** Who the controller of every run is. */
export const controllerUser = 'system:serviceaccount:prelude:prelude';

export async function openBarrierWorld(parts: PartPaths): Promise<BarrierWorld> {
  const never = new AbortController().signal;
  const folder = mkdtempSync(join(tmpdir(), 'prelude-barrier-runs-'));
  const policy = join(folder, 'audit-policy.json');
  writeFileSync(policy, trailPolicy);
  // a log that is cut into files could not be read as one
  const plane = await startControlPlane(parts, { apiServerFlags: [`--audit-policy-file=${policy}`, '--audit-log-maxsize=100000'] });
  const cluster = await openCluster({ kubeconfig: plane.kubeconfig, userAgent: 'barrier-run' });
  await installCrds(cluster, systemClock, never);
  await installProducerKinds(cluster, never);
  const options = { fieldManager: 'barrier-run' };
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'prelude' } }, options, never);
  await cluster.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'prelude', name: 'prelude' } }, options, never);
  const subjects = [{ kind: 'ServiceAccount', namespace: 'prelude', name: 'prelude' }];
  await cluster.create(clusterRoleBindingType, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'prelude' }, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects }, options, never);
  const token = await cluster.tokenRequest({ namespace: 'prelude', name: 'prelude' }, { audiences: [], expirationSeconds: 86_400 }, never);
  const trail = openAuditTrail(plane.auditLog);
  const [sealingKey, age] = await Promise.all([newSealingKey({ validFor: 86_400_000 }), agePair()]);
  return {
    ...{ plane, cluster, trail, token, sealingKey, age, folder },
    close: async () => {
      trail.close();
      await cluster.close();
      await plane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
