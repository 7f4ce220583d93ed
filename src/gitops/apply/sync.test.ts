import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../test/support/plans.ts';
import { recordCalls } from '../../../test/support/recording-cluster.ts';
import type { RecordingCluster } from '../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../api/object.ts';
import { configMapType, deploymentType, jobType, namespaceType, secretType } from '../../kube/resource-types.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { ProgressEvent } from './progress.ts';
import { refOf } from './object/object-ref.ts';
import { syncPlan } from './sync.ts';
import type { SyncResult } from './sync.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
let cluster: RecordingCluster;
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
});
afterEach(() => close());

function config(name: string, annotations: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations }, data: { value: 'one' } };
}

function hook(name: string, policy?: string): KubeObject {
  const annotations = { 'argocd.argoproj.io/hook': 'PreSync', ...(policy === undefined ? {} : { 'argocd.argoproj.io/hook-delete-policy': policy }) };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'job' }] } } } };
}

const written = (): readonly string[] => cluster.writesIn(namespace);
const find = (name: string): Promise<KubeObject | undefined> => cluster.get(configMapType, { namespace, name }, signal);

describe('syncPlan', () => {
  it('goes through the phases in their order, and through waves in theirs', async () => {
    const plan = planOf(namespace, { preSync: [hook('migrate')], waves: [config('late', { 'argocd.argoproj.io/sync-wave': '2' }), config('early', { 'argocd.argoproj.io/sync-wave': '-1' })], plumbing: [config('account')] });
    const result = await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal);

    expect(result.stop).toBeUndefined();
    expect(cluster.calls.filter(({ verb }) => verb === 'apply').map(({ key }) => key)).toEqual(['devnet', 'devnet/account', 'devnet/migrate', 'devnet/early', 'devnet/late']);
    expect(result.desired.map(({ name }) => name)).toEqual(['account', 'late', 'early']);
  });

  it('refuses a plan with errors or missing needs, and touches nothing', async () => {
    const origin = { file: 'node.yaml', line: 7 };
    const need = { namespace, secret: 'seed', key: 'pub', consumers: [{ kind: 'Deployment', name: 'node', origin, path: 'spec' }], resolution: { state: 'missing', reason: 'nothing makes it' } } as const;
    const deps = syncDeps(cluster);
    for (const [more, message] of [
      [{ problems: [{ severity: 'error', message: 'is wrong', origin }] } as const, 'node.yaml:7: is wrong'],
      [{ needs: [need] }, 'nothing provides key pub of Secret devnet/seed, which Deployment node (node.yaml:7) needs'],
    ] as const) {
      const { stop } = await syncPlan({ plan: planOf(namespace, { waves: [config('a')] }, more), options: syncOptions(namespace), inventory: [] }, deps, signal);
      expect(stop).toEqual({ kind: 'refused', phase: 'namespace', message });
    }
    expect(cluster.calls.filter(({ verb }) => !verb.startsWith('get'))).toEqual([]);
  });

  it('writes a warning’s plan all the same', async () => {
    const plan = planOf(namespace, { waves: [config('a')] }, { problems: [{ severity: 'warning', message: 'odd' }] });

    expect((await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal)).stop).toBeUndefined();
  });

  it('stops a phase after the kind in which an object fails, and names object and place', async () => {
    const bad = { ...config('bad'), metadata: { name: 'not a name' } };
    const plan = planOf(namespace, { plumbing: [config('good'), bad], waves: [config('later')] });
    const result = await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal);

    expect(result.stop).toMatchObject({ kind: 'failed', phase: 'plumbing', message: expect.stringMatching(/^ConfigMap devnet\/not a name \(by-hand\.yaml:2\): /) });
    expect(await find('good')).toBeDefined();
    expect(await find('later')).toBeUndefined();
  });

  it('reads a Secret once that it has just read, and opens on that', async () => {
    for (const [type, object] of [
      [namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }],
      [secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'seed' }, data: { pub: 'eA==' } }],
    ] as const) await cluster.create(type, object, { fieldManager: 'test' }, signal);
    const consumers = [{ kind: 'Deployment', name: 'node', origin: { file: 'node.yaml', line: 7 }, path: 'spec' }];
    const needs = [{ namespace, secret: 'seed', key: 'pub', consumers, resolution: { state: 'barrier', reason: 'made by hand' } }] as const;
    const { stop } = await syncPlan({ plan: planOf(namespace, { waves: [config('a')] }, { needs }), options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal);

    expect(stop).toBeUndefined();
    expect(cluster.calls.filter(({ verb, resource }) => verb === 'get' && resource === 'secrets')).toHaveLength(1);
  });

  it('runs a hook once in an operation, and again in the next', async () => {
    const plan = planOf(namespace, { preSync: [hook('migrate')] });
    const deps = syncDeps(cluster);
    const run = (operation: string) => syncPlan({ plan, options: syncOptions(namespace, { operation }), inventory: [] }, deps, signal);
    await run('one');
    await run('one');
    expect(written()).toEqual(['apply jobs']);

    expect((await run('two')).stop).toMatchObject({ kind: 'waiting', phase: 'preSync' });
    expect((await run('two')).stop).toBeUndefined();
    expect(written()).toEqual(['apply jobs', 'delete jobs', 'apply jobs']);
  });

  it('leaves out hooks when it heals, and from the inventory', async () => {
    const plan = planOf(namespace, { preSync: [hook('migrate')], waves: [config('a')] });
    const result = await syncPlan({ plan, options: syncOptions(namespace, { mode: 'heal' }), inventory: [] }, syncDeps(cluster), signal);

    expect(written()).toEqual(['apply configmaps']);
    expect(result.desired.map(({ name }) => name)).toEqual(['a']);
  });

  it('removes a hook that has done its work where it says so', async () => {
    const plan = planOf(namespace, { preSync: [hook('migrate', 'HookSucceeded')] });
    await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal);

    expect(await cluster.get(jobType, { namespace, name: 'migrate' }, signal)).toBeUndefined();
  });

  it('succeeds although a hook that has done its work may not be deleted, and tells that it stays', async () => {
    const plan = planOf(namespace, { preSync: [hook('migrate', 'HookSucceeded')] });
    const strict = { ...cluster, delete: () => Promise.reject(new KubeError('denied', 'cannot delete resource "jobs"')) };
    const result = await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, syncDeps(strict), signal);

    expect(result.stop).toBeUndefined();
    expect([...result.outcomes.values()]).toMatchObject([{ ref: { name: 'migrate' }, status: 'Synced', message: 'hook succeeded; it stays, because it may not be deleted: cannot delete resource "jobs"' }]);
    expect(await cluster.get(jobType, { namespace, name: 'migrate' }, signal)).toBeDefined();
  });

  it('leaves an object alone that has the name of a hook and is none', async () => {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'test' }, signal);
    const { metadata: _hooked, ...job } = hook('migrate');
    await cluster.create(jobType, { ...job, apiVersion: 'batch/v1', kind: 'Job', metadata: { namespace, name: 'migrate' } }, { fieldManager: 'test' }, signal);
    const { stop } = await syncPlan({ plan: planOf(namespace, { preSync: [hook('migrate')] }), options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal);

    expect(stop).toMatchObject({ kind: 'failed', phase: 'preSync', message: expect.stringContaining('is not a hook of this Application') });
  });

  it('compares and writes nothing', async () => {
    const plan = planOf(namespace, { waves: [config('a'), config('b')] });
    const deps = syncDeps(cluster);
    await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, deps, signal);
    await cluster.delete(configMapType, { namespace, name: 'b' }, {}, signal);
    const before = (await find('a'))?.metadata.resourceVersion;
    const other = planOf(namespace, { waves: [config('a'), config('b'), { ...config('c'), kind: 'Widget', apiVersion: 'example.com/v1' }] });
    const result = await syncPlan({ plan: other, options: syncOptions(namespace, { mode: 'compare' }), inventory: [] }, syncDeps(cluster), signal);

    expect([...result.outcomes.values()].map(({ ref, status }) => `${ref.name} ${status}`)).toEqual(['c SyncFailed']);
    const known = await syncPlan({ plan, options: syncOptions(namespace, { mode: 'compare' }), inventory: [] }, syncDeps(cluster), signal);
    expect([...known.outcomes.values()].map(({ ref, status }) => `${ref.name} ${status}`)).toEqual(['a Synced', 'b OutOfSync']);
    expect((await find('a'))?.metadata.resourceVersion).toBe(before);
    expect(await find('b')).toBeUndefined();
  });

  it('deletes nothing before what a selective sync has written is healthy', async () => {
    const node: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'node' }, spec: { replicas: 1, selector: { matchLabels: { app: 'node' } }, template: { metadata: { labels: { app: 'node' } }, spec: { containers: [{ name: 'node', image: 'node' }] } } } };
    const deps = syncDeps({ ...cluster, kind: 'kubernetes' });
    const [before, after] = [planOf(namespace, { waves: [config('old')] }), planOf(namespace, { waves: [node, config('other')] })];
    await syncPlan({ plan: before, options: syncOptions(namespace), inventory: [] }, deps, signal);
    const inventory = [refOf({ ...config('old'), metadata: { name: 'old', namespace } })];
    const part = (): Promise<SyncResult> => syncPlan({ plan: after, options: syncOptions(namespace, { target: 'part', only: ({ name }) => name === 'node' || name === 'old', skipHooks: true }), inventory }, deps, signal);

    expect((await part()).stop).toMatchObject({ kind: 'waiting', phase: 'waves' });
    expect(await find('old')).toBeDefined();
    const observedGeneration = (await cluster.get(deploymentType, { namespace, name: 'node' }, signal))?.metadata.generation;
    await cluster.patchStatus(deploymentType, { namespace, name: 'node' }, { observedGeneration, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }, { fieldManager: 'test' }, signal);
    expect((await part()).stop).toBeUndefined();
    expect([await find('old'), await find('other')]).toEqual([undefined, undefined]);
  });

  it('reports each thing once in an operation, and what it does every time', async () => {
    const progress: ProgressEvent[] = [];
    const deps = syncDeps(cluster, progress);
    const plan = planOf(namespace, { waves: [config('a')] });
    const pass = (mode: 'sync' | 'heal') => syncPlan({ plan, options: syncOptions(namespace, { mode }), inventory: [] }, deps, signal);
    await pass('sync');
    await pass('sync');
    for (let round = 0; round < 2; round += 1) {
      await cluster.delete(configMapType, { namespace, name: 'a' }, {}, signal);
      await pass('heal');
    }

    expect(progress.map(({ phase, kind, message }) => `${phase} ${kind} ${message}`)).toEqual([
      'namespace object created',
      'waves started 1 object',
      'waves object created',
      'waves done applied',
      'prune done synced',
      'waves object unchanged',
      'waves object healed: made again',
      'waves object healed: made again',
    ]);
  });

  it('passes on what is neither the API server’s answer nor its own decision', async () => {
    const broken = { ...cluster, apply: () => Promise.reject(new TypeError('a bug')) };
    await expect(syncPlan({ plan: planOf(namespace, { waves: [config('a')] }), options: syncOptions(namespace), inventory: [] }, syncDeps(broken), signal)).rejects.toThrow('a bug');
  });

  it('fails with the message of an API server that is away', async () => {
    await syncPlan({ plan: planOf(namespace, {}), options: syncOptions(namespace), inventory: [] }, syncDeps(cluster), signal);
    const away = { ...cluster, apply: () => Promise.reject(new KubeError('unavailable', 'no connection')) };
    const { stop } = await syncPlan({ plan: planOf(namespace, { waves: [config('a')] }), options: syncOptions(namespace), inventory: [] }, syncDeps(away), signal);

    expect(stop).toEqual({ kind: 'failed', phase: 'waves', message: 'ConfigMap devnet/a (by-hand.yaml:1): no connection' });
  });
});
