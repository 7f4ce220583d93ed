import { afterEach, describe, expect, it } from 'vitest';
import { LocalFolder } from '../../test/support/local-folder.ts';
import { clusterSecretStoreType, namespaceType, secretType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { informersOf } from './start-informers.ts';

const never = new AbortController().signal;
const deps = { clock: systemClock, random: Math.random, log: silentLog };
const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort(new Error('test over'));
});

const folder = new LocalFolder();

async function threeNamespaces() {
  const cluster = await folder.open();
  for (const name of ['a', 'b', 'c']) {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'test' }, never);
    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: name, name: 'one' } }, { fieldManager: 'test' }, never);
  }
  const stop = new AbortController();
  stops.push(stop);
  return { cluster, signal: stop.signal };
}

describe('informersOf', () => {
  it('sees every namespace where the controller is not confined', async () => {
    const { cluster, signal } = await threeNamespaces();
    const informer = informersOf(cluster, deps, [])({ type: secretType, selection: {}, project: ({ metadata }) => metadata.namespace }, signal);
    await informer.synced;

    expect([...informer.values()].toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('joins the namespaces it is confined to, and tells of changes in each', async () => {
    const { cluster, signal } = await threeNamespaces();
    const informer = informersOf(cluster, deps, ['a', 'c'])({ type: secretType, selection: {}, project: ({ metadata }) => metadata.namespace }, signal);
    await informer.synced;
    const told: string[] = [];
    informer.subscribe(({ key, current }) => told.push(`${key.namespace ?? ''}/${key.name} ${current === undefined ? 'gone' : 'there'}`));
    await cluster.delete(secretType, { namespace: 'c', name: 'one' }, {}, never);
    await expect.poll(() => told).toEqual(['a/one there', 'c/one there', 'c/one gone']);

    expect(informer.get({ namespace: 'b', name: 'one' })).toBeUndefined();
    expect(informer.get({ namespace: 'a', name: 'one' })).toBe('a');
    expect(informer.size()).toBe(1);
    expect(informer.healthy()).toBe(true);
  });

  it('counts kinds without a namespace as having no objects where it is confined', async () => {
    const { cluster, signal } = await threeNamespaces();
    const informer = informersOf(cluster, deps, ['a'])({ type: clusterSecretStoreType, selection: {}, project: (object) => object }, signal);
    await informer.synced;

    expect(informer.size()).toBe(0);
  });
});
