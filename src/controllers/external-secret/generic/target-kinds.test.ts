import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import type { World } from '../../../../test/support/secret-stage.ts';
import type { KubeObject, ObjectKey } from '../../../api/object.ts';
import { formatKey } from '../../../api/object.ts';
import type { Informer, InformerOptions } from '../../../kube/informer.ts';
import { startInformer } from '../../../kube/reflector.ts';
import type { Discovery } from '../../../kube/port.ts';
import { configMapType, customResourceDefinitionType, namespaceType } from '../../../kube/resource-types.ts';
import { systemClock } from '../../../lib/clock.ts';
import { silentLog } from '../../../lib/log.ts';
import type { TargetKind } from './target-kinds.ts';
import { TargetKinds } from './target-kinds.ts';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const widget = { apiVersion: 'acme.example/v1', kind: 'Widget' };
const declared = { namespace: 'devnet', name: 'database' };
const options = { fieldManager: 'test' };

let world: World;
let lifetime: AbortController;
let woken: string[];
let running: number;
let kinds: TargetKinds;
let owner: string;

beforeEach(async () => {
  world = await openLocalWorld();
  lifetime = new AbortController();
  woken = [];
  running = 0;
  const start = <T>(informer: InformerOptions<T>, signal: AbortSignal): Informer<T> => {
    running += 1;
    signal.addEventListener('abort', () => void (running -= 1), { once: true });
    return startInformer(world.cluster, informer, { clock: systemClock, random: Math.random, log: silentLog, signal });
  };
  const wake = (keys: Iterable<ObjectKey>): void => void woken.push(...Array.from(keys, formatKey));
  kinds = new TargetKinds({ cluster: world.cluster, allowed: { kinds: [], others: true }, startInformer: start, clock: systemClock, log: silentLog, signal: lifetime.signal, wake });
  const namespace = await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, options, lifetime.signal);
  owner = namespace.metadata.uid ?? '';
});

afterEach(async () => {
  lifetime.abort(new DOMException('stopped', 'AbortError'));
  await world.close();
});

function configMapObject(name: string, labels = { 'reconcile.external-secrets.io/managed': 'true' }, data = { password: 'hunter2' }): KubeObject {
  return { ...configMap, metadata: { namespace: 'devnet', name, labels, ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name: 'devnet', uid: owner }] }, data };
}

const untilWoken = (): Promise<void> => vi.waitFor(() => expect(woken).toContain('devnet/database'), { timeout: 5_000 }).then(() => void (woken = []));

test('a kind is watched while an ExternalSecret makes it, and no longer', async () => {
  kinds.track(declared, { kind: configMap, name: 'config' });
  expect(kinds.stateOf(configMap)).toEqual({ state: 'pending' });
  await untilWoken();
  kinds.track({ ...declared, name: 'second' }, { kind: configMap, name: 'other' });
  expect([kinds.stateOf(configMap), running]).toMatchObject([{ state: 'watched', type: { plural: 'configmaps' } }, 1]);

  kinds.track(declared, undefined);
  expect(running).toBe(1);
  kinds.track({ ...declared, name: 'second' }, undefined);
  expect(running).toBe(0);
});

test('what is kept of an object holds none of its values, and its changes wake who made it, and nobody else', async () => {
  kinds.track(declared, { kind: configMap, name: 'config' });
  await untilWoken();
  const made = await world.cluster.create(configMapType, configMapObject('config'), options, lifetime.signal);
  await untilWoken();

  const live = kinds.get(configMap, { namespace: 'devnet', name: 'config' });
  expect(live?.metadata.uid).toBe(made.metadata.uid);
  expect(JSON.stringify(live)).not.toContain('hunter2');
  expect(kinds.ownedBy(owner).map((owned) => owned.live.metadata.name)).toEqual(['config']);
  await world.cluster.create(configMapType, configMapObject('other'), options, lifetime.signal);
  await world.cluster.delete(configMapType, { namespace: 'devnet', name: 'config' }, {}, lifetime.signal);
  await untilWoken();
  expect(kinds.get(configMap, { namespace: 'devnet', name: 'config' })).toBeUndefined();
});

test('an object without the label is not known', async () => {
  await world.cluster.create(configMapType, { ...configMapObject('config'), metadata: { namespace: 'devnet', name: 'config' } }, options, lifetime.signal);
  kinds.track(declared, { kind: configMap, name: 'config' });
  await untilWoken();

  expect(kinds.get(configMap, { namespace: 'devnet', name: 'config' })).toBeUndefined();
});

test('what an API server makes of an object by itself is settled until it changes again', async () => {
  const key = { namespace: 'devnet', name: 'config' };
  kinds.track(declared, { kind: configMap, name: 'config' });
  await untilWoken();
  await world.cluster.create(configMapType, configMapObject('config'), options, lifetime.signal);
  await untilWoken();
  const live = await world.cluster.get(configMapType, key, lifetime.signal);
  const metadata = { ...live?.metadata, name: 'config', annotations: { 'reconcile.external-secrets.io/data-hash': 'as it was written' } };
  const kept = await world.cluster.update(configMapType, { ...configMapObject('config'), metadata }, options, lifetime.signal);

  kinds.settle(configMap, kept, true);
  expect(kinds.get(configMap, key)).toMatchObject({ dataHash: 'as it was written', metadata: { resourceVersion: kept.metadata.resourceVersion } });
  await world.cluster.update(configMapType, { ...configMapObject('config', undefined, { password: 'other' }), metadata: kept.metadata }, options, lifetime.signal);
  await untilWoken();
  expect(kinds.get(configMap, key)?.dataHash).not.toBe('as it was written');
});

test('a kind that the cluster does not serve is said to be missing; one that has no namespace, or grants rights, is refused', async () => {
  kinds.track(declared, { kind: widget, name: 'w' });
  await untilWoken();
  expect(kinds.stateOf(widget)).toEqual({ state: 'absent', message: 'acme.example/v1 Widget is not served by this cluster' });

  const cluster = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' };
  kinds.track(declared, { kind: cluster, name: 'w' });
  await untilWoken();
  expect(kinds.stateOf(cluster)).toEqual({ state: 'refused', message: expect.stringMatching(/^invalid generic target: .* has no namespace/) });
  kinds.track(declared, { kind: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' }, name: 'w' });
  expect(kinds.stateOf({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' })).toMatchObject({ state: 'refused' });
  expect(running).toBe(0);
});

test('a kind of a CustomResourceDefinition is found', async () => {
  const versions = [{ name: 'v1', served: true, storage: true, schema: {} }];
  await world.cluster.create(
    customResourceDefinitionType,
    { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.acme.example' }, spec: { group: 'acme.example', scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets' }, versions } },
    options,
    lifetime.signal,
  );
  kinds.track(declared, { kind: widget, name: 'w' });
  await untilWoken();
  expect(kinds.stateOf(widget)).toMatchObject({ state: 'watched', type: { plural: 'widgets' } });
});

/** Kinds of a cluster that serves everything but what is called Missing. */
function manyKinds(): TargetKinds {
  const discovery: Discovery = { apiVersions: () => [], find: (_apiVersion, kind) => (kind.startsWith('Missing') ? undefined : { group: 'acme.example', version: 'v1', kind, plural: kind.toLowerCase(), namespaced: true, statusSubresource: false }) };
  const nothing = <T>(): Informer<T> => ({ synced: Promise.resolve(), get: () => undefined, values: () => new Set<T>().values(), size: () => 0, healthy: () => true, subscribe: () => () => {} });
  return new TargetKinds({ cluster: { discover: () => Promise.resolve(discovery) }, allowed: { kinds: [], others: true }, startInformer: nothing, clock: systemClock, log: silentLog, signal: lifetime.signal, wake: () => {} });
}

const made = (name: string): TargetKind => ({ ...widget, kind: name });

test('no more than 32 kinds are watched at once, and those that are not served are not among them', async () => {
  const many = manyKinds();
  for (let index = 0; index < 40; index += 1) many.track({ namespace: `missing-${index}`, name: 'es' }, { kind: made(`Missing${index}`), name: 'w' });
  for (let index = 0; index < 33; index += 1) many.track({ namespace: `there-${index}`, name: 'es' }, { kind: made(`There${index}`), name: 'w' });
  await setImmediate();

  expect(many.stateOf(made('Missing39'))).toMatchObject({ state: 'absent' });
  expect(many.stateOf(made('There31'))).toMatchObject({ state: 'watched' });
  expect(many.stateOf(made('There32'))).toMatchObject({ state: 'refused', message: expect.stringContaining('32 other kinds') });
});

test('a namespace brings in no more than 8 kinds, and another one where it gives one up', async () => {
  const many = manyKinds();
  for (let index = 0; index < 9; index += 1) many.track({ ...declared, name: `es-${index}` }, { kind: made(`There${index}`), name: 'w' });
  many.track({ namespace: 'testnet', name: 'es' }, { kind: made('Other'), name: 'w' });
  await setImmediate();

  expect([7, 8].map((index) => many.stateOf(made(`There${index}`)).state)).toEqual(['watched', 'refused']);
  expect(many.stateOf(made('There8'))).toMatchObject({ message: expect.stringContaining('8 other kinds are made in its namespace') });
  expect(many.stateOf(made('Other'))).toMatchObject({ state: 'watched' });
  // even where another namespace makes it still
  many.track({ namespace: 'testnet', name: 'es-0' }, { kind: made('There0'), name: 'w' });
  many.track({ ...declared, name: 'es-0' }, undefined);
  await setImmediate();
  expect(many.stateOf(made('There8'))).toMatchObject({ state: 'watched' });
});
