import { inject } from 'vitest';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterContract } from '../contract/cluster.contract.ts';

const { kubeconfig } = inject('controlPlane');

clusterContract('a real API server', async () => {
  const cluster = await openCluster({ kubeconfig });
  return { cluster, close: () => cluster.close() };
});
