import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster } from '../../kube/port.ts';
import type { Informer } from '../../kube/informer.ts';
import { startInformer } from '../../kube/reflector.ts';
import { externalSecretType, generatorStateType, namespaceType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { Generator } from '../../provider/generator.ts';
import { createGeneratorRegistry, eraseGenerator } from '../../provider/generator-registry.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { createGeneratorRunner } from '../../provider/run-generators.ts';
import type { Controller } from '../../runtime/controller.ts';
import type { EventNote } from '../../runtime/outcome.ts';
import type { GeneratorStates, LeftState, StateOwner } from '../../secret/generator-states.ts';
import { createGeneratorStateController } from './controller.ts';
import type { StateEntry } from './decide.ts';
import { createGeneratorStates } from './record-states.ts';
import { generatorStateInformer } from './watch.ts';

const folder = new LocalFolder();
let cluster: Cluster;
let states: GeneratorStates;
let controller: Controller;
let informer: Informer<StateEntry>;
/** Of the deadlines of states; the rest of the machinery runs by the system's. */
let now: number;
let notes: EventNote[];
/** What the generator's service keeps. */
let alive: Set<unknown>;
let isDown: boolean;
let stop: () => Promise<void>;

/** A generator of the kind that leaves something behind. */
const lease: Generator<{ readonly url: string }> = {
  kind: 'Lease',
  schema: z.strictObject({ url: z.string() }),
  environment: [],
  credentials: () => [],
  generate: () => Promise.reject(new Error('not here')),
  cleanup: (_spec, state) => {
    if (isDown) return Promise.reject(new ProviderError('unavailable', 'the service is down'));
    alive.delete(state);
    return Promise.resolve();
  },
};

function left(id: number): LeftState {
  alive.add(id);
  return { key: '0', handle: { label: 'Lease devnet/db', kind: 'Lease', spec: { url: 'u' }, namespace: 'devnet' }, state: id };
}

async function createOwner(name: string): Promise<StateOwner> {
  return cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: 'devnet', name }, spec: {} }, us, signal);
}

async function liveStates(): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const page of cluster.pages(generatorStateType, { namespace: 'devnet' }, signal)) found.push(...page.items);
  return found;
}

const specOf = z.object({ state: z.unknown(), garbageCollectionDeadline: z.string().optional() });

/** What is on record, each with its end. */
async function onRecord(): Promise<readonly string[]> {
  return (await liveStates()).map(({ spec }) => specOf.parse(spec)).map(({ state, garbageCollectionDeadline = 'in use' }) => `${String(state)}: ${garbageCollectionDeadline}`).toSorted();
}

beforeEach(async () => {
  cluster = await folder.open({ types: [externalSecretType, generatorStateType] });
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, us, signal);
  now = Date.UTC(2026, 0, 1);
  notes = [];
  alive = new Set();
  isDown = false;
  const lifetime = new AbortController();
  const clock = { ...systemClock, now: () => now };
  const deps = { clock, random: Math.random, log: silentLog };
  informer = startInformer(cluster, generatorStateInformer, { ...deps, signal: lifetime.signal });
  const runner = createGeneratorRunner({
    registry: createGeneratorRegistry([eraseGenerator(lease)]),
    credentials: { version: none, configMapVersion: none, read: none, readWhole: none, readConfigMap: none, serviceAccount: none, token: none },
    environment: {},
    http: none,
    renderTemplate: none,
    metrics: { providerCalled: () => {} },
    ...deps,
  });
  states = createGeneratorStates({ cluster, states: informer, runner, ...deps });
  controller = createGeneratorStateController({
    cluster,
    states: informer,
    runner,
    kinds: ['Lease'],
    events: { record: (_about, note) => void notes.push(note) },
    metrics: { reconciled: () => {}, watchQueue: () => {} },
    ...deps,
  });
  await informer.synced;
  controller.start();
  stop = async () => {
    await controller.drain(500);
    lifetime.abort(new DOMException('stopped', 'AbortError'));
  };
});

afterEach(() => stop());

function none(): never {
  throw new Error('nothing else is asked here');
}

/** Lets the controller see that time has passed. */
async function passTime(ms: number): Promise<void> {
  now += ms;
  for (const { metadata } of await liveStates()) controller.enqueue({ namespace: 'devnet', name: metadata.name });
}

describe('what a generator made', () => {
  it('is kept on record while it is in use, and taken back a while after it was replaced', async () => {
    const owner = await createOwner('web');
    await states.commit(owner, [left(1)], signal);
    expect(await onRecord()).toEqual(['1: in use']);

    await expect.poll(() => informer.size()).toBe(1);
    await states.commit(owner, [left(2)], signal);
    expect(await onRecord()).toEqual(['1: 2026-01-01T00:02:00Z', '2: in use']);
    expect(alive).toEqual(new Set([1, 2]));

    await passTime(120_000);
    await expect.poll(onRecord).toEqual(['2: in use']);
    expect(alive).toEqual(new Set([2]));
    expect(notes.map(({ type, reason }) => [type, reason])).toEqual([['Normal', 'Collected']]);
  });

  it('is taken back when its owner goes', async () => {
    const owner = await createOwner('web');
    await states.commit(owner, [left(1)], signal);

    await cluster.delete(externalSecretType, { namespace: 'devnet', name: 'web' }, {}, signal);

    await expect.poll(onRecord).toEqual([]);
    expect(alive).toEqual(new Set());
  });

  it('stays on record while it cannot be taken back, with one event for it', async () => {
    isDown = true;
    const owner = await createOwner('web');
    await states.commit(owner, [left(1)], signal);
    const [state] = await liveStates();
    await cluster.delete(generatorStateType, { namespace: 'devnet', name: state?.metadata.name ?? '' }, {}, signal);

    await expect.poll(() => notes).toEqual([{ type: 'Warning', reason: 'CleanupFailed', message: `could not be taken back: Lease of GeneratorState devnet/${state?.metadata.name}: the service is down` }]);
    controller.enqueue({ namespace: 'devnet', name: state?.metadata.name ?? '' });
    await expect.poll(() => controller.running() + controller.depth()).toBe(0);
    expect([await onRecord(), alive, notes.length]).toEqual([['1: in use'], new Set([1]), 1]);

    isDown = false;
    controller.enqueue({ namespace: 'devnet', name: state?.metadata.name ?? '' });
    await expect.poll(onRecord).toEqual([]);
    expect(alive).toEqual(new Set());
  });

  it('for values that were not written is taken back at once, or as soon as that works', async () => {
    const owner = await createOwner('web');
    await states.rollback(owner, [left(1)], signal);
    expect([await onRecord(), alive]).toEqual([[], new Set()]);

    isDown = true;
    await states.rollback(owner, [left(2)], signal);
    expect(await onRecord()).toEqual(['2: 2026-01-01T00:00:00Z']);
    isDown = false;
    await passTime(0);
    await expect.poll(onRecord).toEqual([]);
    expect(alive).toEqual(new Set());
  });

  it('is nobody’s but its owner’s: another ExternalSecret’s sync leaves it alone', async () => {
    const [web, api] = [await createOwner('web'), await createOwner('api')];
    await states.commit(web, [left(1)], signal);
    await states.commit(api, [left(2)], signal);
    await expect.poll(() => informer.size()).toBe(2);

    await states.commit(api, [], signal);

    expect(await onRecord()).toEqual(['1: in use', '2: 2026-01-01T00:02:00Z']);
  });

  it('is nothing where a run has left nothing', async () => {
    await states.commit(await createOwner('web'), [{ ...left(1), state: undefined }], signal);

    expect(await onRecord()).toEqual([]);
  });
});

it('a state that somebody else made is held before it can go', async () => {
  const state = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'GeneratorState', metadata: { namespace: 'devnet', name: 'theirs' }, spec: { resource: { kind: 'Lease', spec: { url: 'u' } }, state: 9 } };
  alive.add(9);
  await cluster.create(generatorStateType, state, us, signal);

  await expect.poll(async () => (await liveStates()).map(({ metadata }) => metadata.finalizers)).toEqual([['generatorstate.externalsecrets.io/finalizer']]);
  await cluster.delete(generatorStateType, { namespace: 'devnet', name: 'theirs' }, {}, signal);
  await expect.poll(onRecord).toEqual([]);
  expect(alive).toEqual(new Set());
});

it('a state of a generator that is not run here is kept when it is deleted, and says what to do', async () => {
  const metadata = { namespace: 'devnet', name: 'board', finalizers: ['generatorstate.externalsecrets.io/finalizer'] };
  await cluster.create(generatorStateType, { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'GeneratorState', metadata, spec: { resource: { kind: 'Grafana' }, state: 9 } }, us, signal);

  await cluster.delete(generatorStateType, { namespace: 'devnet', name: 'board' }, {}, signal);

  await expect.poll(() => notes).toMatchObject([{ type: 'Warning', reason: 'UnknownGenerator' }]);
  expect(await onRecord()).toEqual(['9: in use']);
});
