import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { clusterContract, type Exemption } from '../../../test/contract/cluster.contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { deploymentType, serviceAccountType } from '../resource-types.ts';
import { openLocalCluster } from './local-cluster.ts';

const exemptions: Readonly<Record<string, Exemption>> = {
  'apply merges lists that a schema gives keys, item by item, with those of other managers': {
    because: 'it has no schemas, so a list is one field with one owner',
    instead: async ({ cluster, namespace, signal }) => {
      const container = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace }, spec: { template: { spec: { containers: [{ name }] } } } });
      await cluster.apply(deploymentType, container('one'), { fieldManager: 'them' }, signal);

      await expect(cluster.apply(deploymentType, container('two'), { fieldManager: 'us' }, signal)).rejects.toMatchObject({
        kind: 'conflict',
        message: 'apply conflicts with other field managers on /spec/template/spec/containers (them)',
      });
    },
  },
  'a service account gets a token for an audience': {
    because: 'nothing could verify a token that a folder signs',
    instead: async ({ cluster, namespace, signal }) => {
      await cluster.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace } }, { fieldManager: 'us' }, signal);

      await expect(cluster.tokenRequest({ namespace, name: 'robot' }, { audiences: ['x'], expirationSeconds: 600 }, signal)).rejects.toMatchObject({ kind: 'unsupported' });
    },
  },
};

clusterContract(
  'the local cluster',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'local-cluster-'));
    const cluster = await openLocalCluster({ dir, types: [], clock: systemClock, onProblem: ({ file, problem }) => expect.fail(`${file}: ${problem}`) });
    return {
      cluster,
      close: async () => {
        await cluster.close();
        rmSync(dir, { recursive: true });
      },
    };
  },
  exemptions,
);
