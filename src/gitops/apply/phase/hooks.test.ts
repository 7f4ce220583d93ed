import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../../test/support/plans.ts';
import { recordCalls } from '../../../../test/support/recording-cluster.ts';
import type { RecordingCluster } from '../../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../../api/object.ts';
import type { Plan } from '../../plan/plan.ts';
import { KubeError } from '../../../kube/kube-error.ts';
import { configMapType, jobType } from '../../../kube/resource-types.ts';
import { syncPlan } from '../sync.ts';
import type { SyncDeps, SyncOptions } from '../sync-run.ts';

const { signal } = new AbortController();
const namespace = 'devnet';
let cluster: RecordingCluster;
let deps: SyncDeps;
let close: () => Promise<void>;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  // its Jobs run as on a real cluster: as long as nobody says how they end
  deps = syncDeps({ ...cluster, kind: 'kubernetes' });
});
afterEach(() => close());

function hook(name: string, type: string, more: Readonly<Record<string, string>> = {}): KubeObject {
  const annotations = { 'argocd.argoproj.io/hook': type, ...more };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'job' }] } } } };
}

const config = (name: string, wave = '0'): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations: { 'argocd.argoproj.io/sync-wave': wave } }, data: {} });
const broken: KubeObject = { ...config('broken', '5'), metadata: { name: 'not a name' } };

const run = (plan: Plan, more: Partial<SyncOptions> = {}) => syncPlan({ plan, options: syncOptions(namespace, more), inventory: [] }, deps, signal);
const end = (name: string, type: 'Complete' | 'Failed'): Promise<unknown> => cluster.patchStatus(jobType, { namespace, name }, { conditions: [{ type, status: 'True', message: 'said so' }] }, { fieldManager: 'test' }, signal);
const job = (name: string): Promise<KubeObject | undefined> => cluster.get(jobType, { namespace, name }, signal);
const isThere = async (name: string): Promise<boolean> => (await cluster.get(configMapType, { namespace, name }, signal)) !== undefined;

describe('hooks of type Sync', () => {
  it('run beside their wave, and the next one waits for them', async () => {
    const plan = planOf(namespace, { waves: [config('a'), hook('seed', 'Sync'), config('b', '1')] });
    const first = await run(plan);
    expect(first.stop).toMatchObject({ kind: 'waiting', phase: 'waves', message: expect.stringContaining('hook Job devnet/seed') });
    expect(first.outcomes.get('batch/Job/devnet/seed')).toMatchObject({ hook: 'Sync', running: true });
    expect([await isThere('a'), await isThere('b')]).toEqual([true, false]);

    await end('seed', 'Complete');
    const second = await run(plan);
    expect(second.stop).toBeUndefined();
    expect(second.desired.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(await isThere('b')).toBe(true);

    const applied = cluster.writesIn(namespace).length;
    await run(plan, { mode: 'heal' });
    expect(cluster.writesIn(namespace)).toHaveLength(applied);
  });

  it('fail the sync with their own words', async () => {
    const plan = planOf(namespace, { waves: [hook('seed', 'Sync')] });
    await run(plan);
    await end('seed', 'Failed');

    expect((await run(plan)).stop).toMatchObject({ kind: 'failed', phase: 'waves', message: expect.stringContaining('said so') });
  });
});

describe('hooks of type SyncFail', () => {
  it('run when an attempt has failed, which is over once they are done', async () => {
    const plan = planOf(namespace, { waves: [broken], syncFail: [hook('alarm', 'SyncFail', { 'argocd.argoproj.io/hook-delete-policy': 'HookSucceeded' })] });
    expect((await run(plan)).stop).toMatchObject({ kind: 'waiting', phase: 'syncFail', message: expect.stringMatching(/not a name.*; waiting for hook Job devnet\/alarm/) });
    await end('alarm', 'Complete');
    const { stop, outcomes } = await run(plan);

    expect(stop).toMatchObject({ kind: 'failed', phase: 'waves' });
    expect(outcomes.get('batch/Job/devnet/alarm')).toMatchObject({ hook: 'SyncFail', status: 'Synced' });
    expect(await job('alarm')).toBeUndefined();
  });

  it('hold up neither a newer commit nor the next attempt', async () => {
    const plan = planOf(namespace, { waves: [broken], syncFail: [hook('alarm', 'SyncFail')] });
    await run(plan);

    expect((await run(planOf(namespace, { waves: [config('a')] }), { operation: 'two' })).stop).toBeUndefined();
  });

  it('do not run where a sync succeeds, waits, or was refused', async () => {
    const phases = { syncFail: [hook('alarm', 'SyncFail')] };
    await run(planOf(namespace, { waves: [config('a')], ...phases }));
    await run(planOf(namespace, { preSync: [hook('slow', 'PreSync')], ...phases }), { operation: 'two' });
    await run(planOf(namespace, { waves: [config('a')], ...phases }, { problems: [{ severity: 'error', message: 'no' }] }), { operation: 'three' });

    expect(await job('alarm')).toBeUndefined();
  });

  it('do not run where what they may need is not there: accounts and Secrets have failed', async () => {
    for (const phase of ['plumbing', 'secrets'] as const) {
      const plan = planOf(namespace, { [phase]: [broken], syncFail: [hook('alarm', 'SyncFail')] });
      expect((await run(plan, { operation: phase })).stop).toMatchObject({ kind: 'failed', phase });
    }
    expect(await job('alarm')).toBeUndefined();
  });

  it('run when what is no longer in Git cannot be deleted', async () => {
    await run(planOf(namespace, { waves: [config('a'), config('b')] }));
    const inventory = ['a', 'b'].map((name) => ({ group: '', version: 'v1', kind: 'ConfigMap', namespace, name }));
    const stuck = { ...deps, cluster: { ...deps.cluster, delete: () => Promise.reject(new KubeError('denied', 'may not delete')) } };
    const plan = planOf(namespace, { waves: [config('a')], syncFail: [hook('alarm', 'SyncFail')] });
    const pass = () => syncPlan({ plan, options: syncOptions(namespace, { operation: 'two' }), inventory }, stuck, signal);

    const first = await pass();
    expect(first.stop).toMatchObject({ kind: 'waiting', phase: 'syncFail', message: expect.stringContaining('may not delete') });
    expect(first.leftover.map(({ name }) => name)).toEqual(['b']);
    await end('alarm', 'Complete');
    const second = await pass();
    expect(second.stop).toMatchObject({ kind: 'failed', phase: 'prune' });
    expect(second.leftover.map(({ name }) => name)).toEqual(['b']);
  });

  it('that never end do not hold the attempt for ever', async () => {
    let now = 0;
    deps = { ...deps, clock: { ...deps.clock, monotonic: () => now } };
    const plan = planOf(namespace, { waves: [broken], syncFail: [hook('alarm', 'SyncFail')] });
    await run(plan);
    now = 599_000;
    expect((await run(plan)).stop?.kind).toBe('waiting');
    now = 601_000;

    expect((await run(plan)).stop).toMatchObject({ kind: 'failed', phase: 'waves', message: expect.stringMatching(/not a name.*hook Job devnet\/alarm.* for more than 600 s/) });
    expect((await run(plan, { operation: 'two' })).stop?.kind).toBe('waiting');
  });

  it('add what goes wrong with themselves', async () => {
    const plan = planOf(namespace, { waves: [broken], syncFail: [hook('alarm', 'SyncFail')] });
    await run(plan);
    await end('alarm', 'Failed');

    expect((await run(plan)).stop).toMatchObject({ kind: 'failed', message: expect.stringMatching(/not a name.*; hook Job devnet\/alarm .*said so/) });
  });
});

describe('a hook that the API server refuses', () => {
  const refusing = (refusal: KubeError): void => {
    const { cluster: real } = deps;
    deps = { ...deps, cluster: { ...real, apply: (type, object, options, until) => (type.kind === 'Job' ? Promise.reject(refusal) : real.apply(type, object, options, until)) } };
  };

  it.each(['invalid', 'denied', 'unavailable'] as const)('(%s) has failed, and says why', async (kind) => {
    refusing(new KubeError(kind, 'not like this'));
    const { stop, outcomes } = await run(planOf(namespace, { preSync: [hook('migrate', 'PreSync')] }));

    expect(stop).toMatchObject({ kind: 'failed', phase: 'preSync', message: expect.stringMatching(/hook Job devnet\/migrate \(by-hand\.yaml:1\): not like this/) });
    expect(outcomes.get('batch/Job/devnet/migrate')).toMatchObject({ status: 'SyncFailed', message: 'not like this' });
  });

  it('because somebody was faster is tried again', async () => {
    refusing(new KubeError('conflict', 'was faster'));

    await expect(run(planOf(namespace, { preSync: [hook('migrate', 'PreSync')] }))).rejects.toThrow('was faster');
  });

  it('to show it has failed, but not while it does not answer at all', async () => {
    const plan = planOf(namespace, { preSync: [hook('migrate', 'PreSync')] });
    const { cluster: real } = deps;
    const hiding = (kind: 'denied' | 'unavailable'): void => {
      deps = { ...deps, cluster: { ...real, get: (type, key, until, more) => (type.kind === 'Job' ? Promise.reject(new KubeError(kind, `is ${kind}`)) : real.get(type, key, until, more)) } };
    };
    hiding('denied');
    expect((await run(plan)).stop).toMatchObject({ kind: 'failed', message: expect.stringContaining('is denied') });
    hiding('unavailable');
    await expect(run(plan)).rejects.toThrow('is unavailable');
  });
});

describe('a namespace that the API server refuses', () => {
  it('fails the sync', async () => {
    const { cluster: real } = deps;
    deps = { ...deps, cluster: { ...real, apply: (type, object, options, until) => (type.kind === 'Namespace' ? Promise.reject(new KubeError('denied', 'may not create namespaces')) : real.apply(type, object, options, until)) } };

    expect((await run(planOf(namespace, { waves: [config('a')] }))).stop).toEqual({ kind: 'failed', phase: 'namespace', message: 'namespace devnet: may not create namespaces' });
  });
});

describe('a hook of several types', () => {
  it('runs in each of their phases', async () => {
    const both = hook('report', 'PreSync,PostSync');
    const plan = planOf(namespace, { preSync: [both], postSync: [{ ...both }] });
    await run(plan);
    const first = (await job('report'))?.metadata.uid;
    await end('report', 'Complete');
    expect((await run(plan)).stop).toMatchObject({ kind: 'waiting', phase: 'postSync' });
    await run(plan);
    expect((await job('report'))?.metadata.uid).not.toBe(first);
    await end('report', 'Complete');

    expect((await run(plan)).stop).toBeUndefined();
  });
});

describe('a selective sync', () => {
  it('writes what was selected, runs no hook, and says of all else whether it differs', async () => {
    const plan = planOf(namespace, { preSync: [hook('before', 'PreSync')], waves: [config('a'), config('b'), hook('beside', 'Sync')] });
    const { stop, outcomes, desired } = await run(plan, { only: ({ name }) => name === 'b', skipHooks: true });

    expect(stop).toBeUndefined();
    expect(desired.map(({ name }) => name)).toEqual(['a', 'b']);
    expect([...outcomes.values()].map(({ ref, status, change }) => `${ref.name} ${status} ${change}`)).toEqual(['a OutOfSync none', 'b Synced created']);
    expect(cluster.writesIn(namespace)).toEqual(['apply configmaps']);
  });

  it('deletes only what was selected', async () => {
    await run(planOf(namespace, { waves: [config('a'), config('b')] }));
    const inventory = ['a', 'b'].map((name) => ({ group: '', version: 'v1', kind: 'ConfigMap', namespace, name }));
    const request = { plan: planOf(namespace, { waves: [config('c')] }), inventory };
    const { leftover } = await syncPlan({ ...request, options: syncOptions(namespace, { only: ({ name }) => name === 'a', skipHooks: true }) }, deps, signal);

    expect(leftover.map(({ name }) => name)).toEqual(['b']);
    expect([await isThere('a'), await isThere('b')]).toEqual([false, true]);
  });
});
