import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../../test/support/local-world.ts';
import { planOf, syncDeps, syncOptions } from '../../../../test/support/plans.ts';
import { recordCalls } from '../../../../test/support/recording-cluster.ts';
import type { RecordingCluster } from '../../../../test/support/recording-cluster.ts';
import type { IgnoredDifference } from '../../../api/ignored-difference.ts';
import type { KubeObject } from '../../../api/object.ts';
import { KubeError } from '../../../kube/kube-error.ts';
import type { Cluster } from '../../../kube/port.ts';
import { configMapType, deploymentType, jobType, namespaceType } from '../../../kube/resource-types.ts';
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
  deps = syncDeps(cluster);
});
afterEach(() => close());

function deployment(replicas: number, image = 'node:1', options?: string): KubeObject {
  const annotations = options === undefined ? {} : { 'argocd.argoproj.io/sync-options': options };
  const container = { name: 'node', image };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'node', annotations }, spec: { replicas, selector: { matchLabels: { app: 'node' } }, template: { metadata: { labels: { app: 'node' } }, spec: { containers: [container] } } } };
}

const job: KubeObject = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', annotations: { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' } }, spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'job' }] } } } };
const replicas: IgnoredDifference = { group: 'apps', kind: 'Deployment', pointers: [['spec', 'replicas']], managers: [] };

const sync = (object: KubeObject, more: Partial<SyncOptions> = {}, by: SyncDeps = deps) => syncPlan({ plan: planOf(namespace, { waves: [object] }), options: syncOptions(namespace, more), inventory: [] }, by, signal);
const key = { namespace, name: 'node' };
const live = (): Promise<KubeObject | undefined> => cluster.get(deploymentType, key, signal);
const specOf = async (): Promise<unknown> => (await live())?.['spec'];

async function edit(change: (object: KubeObject) => KubeObject, fieldManager = 'kubectl'): Promise<void> {
  const object = await live();
  if (object === undefined) throw new Error('it is not there');
  await cluster.update(deploymentType, change(structuredClone(object)), { fieldManager }, signal);
}
const scale = (count: number, by?: string): Promise<void> => edit((object) => ({ ...object, spec: { ...Object(object['spec']), replicas: count } }), by);

/** A cluster that does not let an object change. */
function immutable(real: Cluster): Cluster {
  return {
    ...real,
    apply: async (type, object, options, until) => {
      if (type.kind === 'Deployment' && (await real.get(type, key, until)) !== undefined) throw new KubeError('invalid', 'spec.selector: field is immutable');
      return real.apply(type, object, options, until);
    },
  };
}

describe('ignored differences', () => {
  it('are no drift: healing leaves them, and all else is put back', async () => {
    await sync(deployment(1), { ignored: [replicas] });
    await scale(5);
    const before = (await live())?.metadata.resourceVersion;
    const healed = await sync(deployment(1), { mode: 'heal', ignored: [replicas] });

    expect([...healed.outcomes.values()].map(({ status, change }) => `${status} ${change}`)).toEqual(['Synced unchanged']);
    expect((await live())?.metadata.resourceVersion).toBe(before);
    expect(await specOf()).toMatchObject({ replicas: 5 });

    await edit((object) => ({ ...object, spec: { ...Object(object['spec']), template: {} } }));
    await sync(deployment(1), { mode: 'heal', ignored: [replicas] });
    expect(await specOf()).toMatchObject({ template: { spec: { containers: [{ image: 'node:1' }] } } });
  });

  it('of a field manager are what its managedFields list', async () => {
    const managed = { ...replicas, pointers: [], managers: ['autoscaler'] };
    await sync(deployment(1));
    await scale(5, 'autoscaler');
    const compare = async (ignored: readonly IgnoredDifference[]) => [...(await sync(deployment(1), { mode: 'compare', ignored })).outcomes.values()].map(({ status }) => status);

    expect(await compare([managed])).toEqual(['Synced']);
    expect(await compare([{ ...managed, managers: ['somebody'] }])).toEqual(['OutOfSync']);
    expect(await compare([{ ...managed, name: 'other' }])).toEqual(['OutOfSync']);
    expect(await compare([{ ...managed, kind: 'Deploy*', group: '*' }])).toEqual(['Synced']);
  });

  it('are overwritten by a sync, unless RespectIgnoreDifferences says to leave them', async () => {
    await sync(deployment(1));
    await scale(5);
    await sync(deployment(1, 'node:2'), { ignored: [replicas], choices: { respectIgnored: true } });
    expect(await specOf()).toMatchObject({ replicas: 5, template: { spec: { containers: [{ image: 'node:2' }] } } });

    await sync(deployment(1, 'node:3'), { ignored: [replicas] });
    expect(await specOf()).toMatchObject({ replicas: 1, template: { spec: { containers: [{ image: 'node:3' }] } } });
  });

  it('never hide whose an object is', async () => {
    const annotations: IgnoredDifference = { ...replicas, pointers: [['metadata', 'annotations']] };
    await sync(deployment(1));
    await edit((object) => ({ ...object, metadata: { ...object.metadata, annotations: {} } }));
    await sync(deployment(2), { ignored: [annotations], choices: { respectIgnored: true } });

    expect((await live())?.metadata.annotations).toEqual({ 'argocd.argoproj.io/tracking-id': 'devnet:apps/Deployment:devnet/node' });
  });

  it('are no reason to write where only what is out of sync is to be applied', async () => {
    await sync(deployment(1));
    await scale(5);
    await sync(deployment(1), { ignored: [replicas], choices: { outOfSyncOnly: true } });

    expect(await specOf()).toMatchObject({ replicas: 5 });
  });
});

describe('Replace=true', () => {
  it('takes away what others have set, and writes nothing where nothing differs', async () => {
    await sync(deployment(1, 'node:1', 'Replace=true'));
    await edit((object) => ({ ...object, spec: { ...Object(object['spec']), paused: true } }));
    await sync(deployment(1, 'node:1', 'Replace=true'), { operation: 'two' });
    const written = await live();
    expect(written?.['spec']).not.toHaveProperty('paused');

    await sync(deployment(1, 'node:1', 'Replace=true'), { operation: 'three' });
    await sync(deployment(1, 'node:1', 'Replace=true'), {}, syncDeps(cluster));
    expect((await live())?.metadata.resourceVersion).toBe(written?.metadata.resourceVersion);
  });

  it('takes away nothing when it heals or compares, and only once in an operation', async () => {
    const pausable = deployment(1, 'node:1', 'Replace=true');
    const pause = (): Promise<void> => edit((object) => ({ ...object, spec: { ...Object(object['spec']), paused: true } }));
    await sync(pausable);
    await pause();

    const compared = await sync(pausable, { mode: 'compare' }, syncDeps(cluster));
    expect([...compared.outcomes.values()].map(({ status }) => status)).toEqual(['Synced']);
    await sync(pausable, { mode: 'heal' });
    await sync(pausable);
    expect(await specOf()).toMatchObject({ paused: true });

    await scale(7);
    await sync(pausable, { mode: 'heal' });
    expect(await specOf()).toMatchObject({ paused: true, replicas: 1 });
    await sync(pausable, { operation: 'two' });
    expect(await specOf()).not.toHaveProperty('paused');
  });
});

describe('Force=true', () => {
  it('makes anew what the API server does not let change', async () => {
    await sync(deployment(1));
    const before = (await live())?.metadata.uid;
    const strict = syncDeps(immutable(cluster));
    expect((await sync(deployment(2), {}, strict)).stop).toMatchObject({ kind: 'failed', message: expect.stringContaining('immutable') });

    expect((await sync(deployment(2), { choices: { force: true } }, strict)).stop).toBeUndefined();
    expect((await live())?.metadata.uid).not.toBe(before);
    expect(await specOf()).toMatchObject({ replicas: 2 });
  });

  it('deletes nothing that could not be made again', async () => {
    await sync(deployment(1));
    const before = (await live())?.metadata.uid;
    const isTypo = (object: KubeObject): boolean => JSON.stringify(object).includes('typo');
    const refuse = (): Promise<never> => Promise.reject(new KubeError('invalid', 'spec.template: typo'));
    const picky: Cluster = {
      ...cluster,
      apply: (type, object, options, until) => (isTypo(object) ? refuse() : cluster.apply(type, object, options, until)),
      create: (type, object, options, until) => (isTypo(object) ? refuse() : cluster.create(type, object, options, until)),
    };
    const { stop } = await sync(deployment(1, 'typo'), { choices: { force: true } }, syncDeps(picky));
    expect(stop).toMatchObject({ kind: 'failed', message: expect.stringContaining('spec.template: typo') });
    await sync(deployment(1, 'typo', 'Force=true,Replace=true'), { operation: 'two' }, syncDeps(picky));

    expect((await live())?.metadata.uid).toBe(before);
  });

  it('never makes anew what holds the objects of others', async () => {
    await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }, { fieldManager: 'test' }, signal);
    const refusing: Cluster = { ...cluster, apply: (type, object, options, until) => (type.kind === 'Namespace' && object.metadata.name === 'other' ? Promise.reject(new KubeError('invalid', 'no')) : cluster.apply(type, object, options, until)) };
    const plan = planOf(namespace, { namespace: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }] });
    const { stop } = await syncPlan({ plan, options: syncOptions(namespace, { choices: { force: true } }), inventory: [] }, syncDeps(refusing), signal);

    expect(stop).toMatchObject({ kind: 'failed', message: expect.stringContaining('take Force=true off it') });
    expect(await cluster.get(namespaceType, { name: 'other' }, signal)).toBeDefined();
  });

  it('with Replace=true makes an object anew once in each operation, as a Job has to be', async () => {
    const uid = async (): Promise<string | undefined> => (await cluster.get(jobType, { namespace, name: 'job' }, signal))?.metadata.uid;
    await sync(job);
    const first = await uid();
    await sync(job);
    expect(await uid()).toBe(first);

    await sync(job, { operation: 'two' });
    const second = await uid();
    expect(second).not.toBe(first);
    const { outcomes } = await sync(job, { mode: 'compare', operation: 'two' }, syncDeps(cluster));
    expect([...outcomes.values()].map(({ status }) => status)).toEqual(['Synced']);
    await sync(job, { mode: 'heal', operation: 'three' }, syncDeps(cluster));
    expect(await uid()).toBe(second);
  });
});

describe('SkipDryRunOnMissingResource=true', () => {
  const widget: KubeObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', annotations: { 'argocd.argoproj.io/sync-options': 'SkipDryRunOnMissingResource=true', 'argocd.argoproj.io/sync-wave': '1' } } };
  const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: {} };

  it('has the API server asked anew about a kind, not about each of its objects', async () => {
    let asked = 0;
    const counting: Cluster = { ...cluster, discover: (until, how) => ((asked += how?.fresh === true ? 1 : 0), cluster.discover(until, how)) };
    const many = Array.from({ length: 20 }, (_one, index): KubeObject => ({ ...widget, metadata: { ...widget.metadata, name: `w${index}` } }));
    const { stop } = await syncPlan({ plan: planOf(namespace, { waves: [config, ...many] }), options: syncOptions(namespace), inventory: [] }, syncDeps(counting), signal);

    expect(stop).toMatchObject({ kind: 'failed', phase: 'waves' });
    // as the waves are planned, and once more as theirs comes
    expect(asked).toBe(2);
  });

  it('finds a kind that an earlier wave has brought', async () => {
    let [isServed, isKnown] = [false, false];
    const served: Cluster = {
      ...cluster,
      discover: async (until, how) => {
        const { find, apiVersions } = await cluster.discover(until, how);
        isKnown ||= isServed && how?.fresh === true;
        return { apiVersions, find: (apiVersion, kind) => (isKnown && kind === 'Widget' ? { ...configMapType, group: 'example.com', kind, plural: 'widgets' } : find(apiVersion, kind)) };
      },
      apply: (type, object, options, until) => {
        isServed ||= type.kind === 'ConfigMap';
        return type.kind === 'Widget' ? Promise.resolve(object) : cluster.apply(type, object, options, until);
      },
      get: (type, key, until, how) => (type.kind === 'Widget' ? Promise.resolve(undefined) : cluster.get(type, key, until, how)),
    };
    const { stop } = await syncPlan({ plan: planOf(namespace, { waves: [config, widget] }), options: syncOptions(namespace), inventory: [] }, syncDeps(served), signal);

    expect(stop).toBeUndefined();
  });

  it('lets earlier waves be written, and fails only where the kind is needed', async () => {
    const plan = planOf(namespace, { waves: [config, widget] });
    const { stop } = await syncPlan({ plan, options: syncOptions(namespace), inventory: [] }, deps, signal);

    expect(stop).toMatchObject({ kind: 'failed', phase: 'waves', message: expect.stringContaining('Widget (example.com/v1) is not a kind') });
    expect(await cluster.get(configMapType, { namespace, name: 'a' }, signal)).toBeDefined();
  });
});
