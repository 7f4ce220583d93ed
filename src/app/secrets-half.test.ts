import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../test/support/local-world.ts';
import { makeNamespace, type RunningSecrets, startSecrets, storeObject } from '../../test/support/secret-world.ts';
import type { KubeObject } from '../api/object.ts';
import type { Cluster } from '../kube/port.ts';
import { clusterExternalSecretType, generatorStateType, namespaceType, secretStoreType } from '../kube/resource-types.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const heldStore = 'secretstore.externalsecrets.io/finalizer';
const heldNamespace = 'externalsecrets.external-secrets.io/ces-theirs';
const heldState = 'generatorstate.externalsecrets.io/finalizer';
const shop = { namespace: 'shop', name: 'vault' };
const state = { namespace: 'shop', name: 'state' };

let world: { readonly cluster: Cluster; readonly close: () => Promise<void> };
let cluster: Cluster;
let running: RunningSecrets;

beforeEach(async () => {
  world = await openLocalWorld();
  cluster = world.cluster;
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'held', finalizers: [heldNamespace] } }, by, never);
  await cluster.create(clusterExternalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ClusterExternalSecret', metadata: { name: 'theirs' }, spec: { namespaceSelectors: [], externalSecretSpec: { secretStoreRef: { name: 'vault' }, data: [] } } }, by, never);
  await makeNamespace(cluster, 'shop');
  await cluster.delete(secretStoreType, shop, {}, never);
  const store = storeObject('shop');
  await cluster.create(secretStoreType, { ...store, metadata: { ...store.metadata, finalizers: [heldStore] } }, by, never);
  await cluster.create(generatorStateType, { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'GeneratorState', metadata: { ...state, finalizers: [heldState] }, spec: { garbageCollectionDeadline: '2020-01-01T00:00:00Z', resource: {}, state: {} } }, by, never);
});

afterEach(async () => {
  await running.stop();
  await world.close();
});

async function finalizersOf(): Promise<readonly (readonly string[])[]> {
  const objects = [await cluster.get(namespaceType, { name: 'held' }, never), await cluster.get(secretStoreType, shop, never)];
  return objects.map((object) => object?.metadata.finalizers ?? []);
}

describe('composeSecrets', () => {
  it('takes finalizers off that nobody needs, where it sees all', async () => {
    running = await startSecrets(cluster);

    await expect.poll(finalizersOf, { timeout: 5_000 }).toEqual([[], []]);
  });

  it('lets nothing go that somebody may hold who is none of its concerns', async () => {
    const concerns = ({ kind }: KubeObject): boolean => kind === 'SecretStore';
    const before = await cluster.get(generatorStateType, state, never);
    running = await startSecrets(cluster, {}, concerns);

    // it has looked at the store
    await expect.poll(async () => (await cluster.get(secretStoreType, shop, never))?.['status'], { timeout: 5_000 }).toBeDefined();
    await delay(300);
    expect(await finalizersOf()).toEqual([[heldNamespace], [heldStore]]);
    expect(await cluster.get(generatorStateType, state, never)).toEqual(before);
  });
});
