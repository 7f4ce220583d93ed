import { expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../test/support/local-folder.ts';
import { applicationType, clusterSecretStoreType, externalSecretType, namespaceType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { up } from './up.ts';

const folder = new LocalFolder();
const types = [applicationType, externalSecretType, clusterSecretStoreType];

it('looks after the Applications, ExternalSecrets and stores it was given, and leaves those of others alone', async () => {
  const before = await folder.open({ types });
  for (const name of ['argocd', 'elsewhere']) await before.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, us, signal);
  const source = { repoURL: '.', targetRevision: 'HEAD', path: 'testnets/devnet/secrets' };
  const spec = { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace: 'elsewhere' } };
  await before.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'manual' }, spec }, us, signal);
  await before.create(clusterSecretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'foreign' }, spec: { provider: { fake: { data: [] } } } }, us, signal);
  await before.close();

  const progress = { planned: () => {}, prepared: () => {}, report: () => {} };
  const cluster = { kind: 'local', folder: folder.dir } as const;
  const result = await up({ target: 'test/sample', revision: undefined, repositories: [], cluster, timeout: 20_000 }, { environment: {}, clock: systemClock, log: silentLog, progress }, signal);

  expect(result).toMatchObject({ kind: 'ended', results: ['stores', 'keys', 'devnet', 'monitoring', 'testnet-berlin'].map((name) => ({ key: `argocd/${name}`, state: 'up' })) });
  const after = await folder.open({ types });
  expect(await after.get(applicationType, { namespace: 'argocd', name: 'manual' }, signal)).not.toHaveProperty('status');
  expect(await after.get(clusterSecretStoreType, { name: 'foreign' }, signal)).not.toHaveProperty('status');
  expect(await after.get(externalSecretType, { namespace: 'elsewhere', name: 'seed-keys' }, signal)).toBeUndefined();
  expect(await after.get(clusterSecretStoreType, { name: 'testnet-secrets' }, signal)).toHaveProperty('status.conditions');
}, 30_000);
