import { expect, test, vi } from 'vitest';
import { externalSecretObject } from '../../../test/support/external-secret.ts';
import { storeChangesContract } from '../../../test/contract/store-changes.contract.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { recordCalls } from '../../../test/support/recording-cluster.ts';
import { cloudScenes, serviceScenes } from '../../../test/support/provider-fault-scenes.ts';
import { makeNamespace, secretData, startSecrets } from '../../../test/support/secret-world.ts';
import { parseExternalSecretStatus } from '../../api/external-secret.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import { KubeError } from '../../kube/kube-error.ts';
import { configMapType, externalSecretType, secretType } from '../../kube/resource-types.ts';
import { resourceVersionOf } from '../../secret/resource-version.ts';

const { signal } = new AbortController();
const patience = { timeout: 15_000, interval: 20 };

/** A connection that breaks at the n-th write: before the server has it, or before its answer is back. */
function breakAt(cluster: Cluster, at: number, when: 'before' | 'after'): Cluster {
  let count = 0;
  const broken = new KubeError('unavailable', 'the connection was reset');
  const fragile = async <T>(write: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count !== at) return write();
    if (when === 'before') throw broken;
    await write();
    throw broken;
  };
  return {
    ...recordCalls(cluster),
    create: (type, object, options, within) => fragile(() => cluster.create(type, object, options, within)),
    update: (type, object, options, within) => fragile(() => cluster.update(type, object, options, within)),
    patchStatus: (type, key, status, options, within) => fragile(() => cluster.patchStatus(type, key, status, options, within)),
  };
}

/** Whether the status tells the barrier that the Secret is the one for this version of the object. */
function isCurrent(object: KubeObject): boolean {
  const { conditions, syncedResourceVersion, binding, refreshTime } = parseExternalSecretStatus(object);
  const complete = binding?.name === 'database' && refreshTime !== undefined;
  return complete && syncedResourceVersion === resourceVersionOf(object.metadata) && conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

const moments = [1, 2, 3, 4, 5].flatMap((at) => [[at, 'before'] as const, [at, 'after'] as const]);

test.concurrent.each(moments)(
  'where the connection breaks at write %i, %s it took effect, all comes right by itself',
  async (at, when) => {
    const { cluster, close } = await openLocalWorld();
    await makeNamespace(cluster, 'devnet');
    const running = await startSecrets(breakAt(cluster, at, when), { 'prod/db': 'hunter2' });
    const { metadata: _own, ...object } = externalSecretObject();
    await cluster.create(externalSecretType, { ...object, metadata: { namespace: 'devnet', name: 'database' } }, { fieldManager: 'test' }, signal);
    const live = async (): Promise<KubeObject> => (await cluster.get(externalSecretType, { namespace: 'devnet', name: 'database' }, signal))!;

    await vi.waitFor(async () => expect(await secretData(cluster, 'devnet', 'database')).toEqual({ password: 'hunter2' }), patience);
    await vi.waitFor(async () => expect(isCurrent(await live())).toBe(true), patience);
    running.remote['prod/db'] = 'rotated';
    await vi.waitFor(async () => {
      const { metadata, ...rest } = await live();
      await cluster.update(externalSecretType, { ...rest, metadata: { ...metadata, annotations: { 'external-secrets.io/force-sync': '1' } } }, { fieldManager: 'test' }, signal);
    }, patience);
    await vi.waitFor(async () => expect(await secretData(cluster, 'devnet', 'database')).toEqual({ password: 'rotated' }), patience);
    await vi.waitFor(async () => expect(isCurrent(await live())).toBe(true), patience);
    await running.stop();
    await close();
  },
  60_000,
);

test('a write whose answer is lost leaves nothing behind of a template that was taken back meanwhile', async () => {
  const { cluster, close } = await openLocalWorld();
  await makeNamespace(cluster, 'devnet');
  const source = (text: string): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'devnet', name: 'source' }, data: { conf: text } });
  const writeSource = async (text: string): Promise<void> => {
    const { metadata } = (await cluster.get(configMapType, { namespace: 'devnet', name: 'source' }, signal))!;
    await cluster.update(configMapType, { ...source(text), metadata }, { fieldManager: 'test' }, signal);
  };
  let losses = 0;
  const losing: Cluster = {
    ...recordCalls(cluster),
    update: async (type, object, options, within) => {
      const updated = await cluster.update(type, object, options, within);
      if (type !== secretType || losses > 0) return updated;
      losses += 1;
      await writeSource('one {{ .password }}');
      throw new KubeError('unavailable', 'the connection was reset');
    },
  };
  await cluster.create(configMapType, source('one {{ .password }}'), { fieldManager: 'test' }, signal);
  const running = await startSecrets(losing, { 'prod/db': 'hunter2' });
  const { metadata: _own, ...object } = externalSecretObject();
  const template = { templateFrom: [{ configMap: { name: 'source', items: [{ key: 'conf' }] } }] };
  const spec = { ...(object['spec'] as object), refreshInterval: '1h', target: { template } };
  await cluster.create(externalSecretType, { ...object, metadata: { namespace: 'devnet', name: 'database' }, spec }, { fieldManager: 'test' }, signal);
  const untilData = (conf: string): Promise<void> => vi.waitFor(async () => expect(await secretData(cluster, 'devnet', 'database')).toEqual({ conf }), patience);
  await untilData('one hunter2');
  await vi.waitFor(async () => expect(isCurrent((await cluster.get(externalSecretType, { namespace: 'devnet', name: 'database' }, signal))!)).toBe(true), patience);

  await writeSource('two {{ .password }}');
  await vi.waitFor(() => expect(losses).toBe(1), patience);

  await untilData('one hunter2');
  await running.stop();
  await close();
}, 60_000);

for (const scene of [...cloudScenes(), ...serviceScenes()].filter(({ name }) => ['aws, SecretsManager', 'vault', 'doppler'].includes(name))) storeChangesContract(scene, openLocalWorld);
