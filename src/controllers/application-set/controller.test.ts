import { mkdtempSync, rmSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGitRemote, type GitRemote } from '../../../test/support/git-remote.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { recordCalls, type RecordingCluster } from '../../../test/support/recording-cluster.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import { parseApplicationSetStatus } from '../../api/application-set.ts';
import type { KubeObject } from '../../api/object.ts';
import { pollSource } from '../../gitops/source/resolve-source.ts';
import { createResolver } from '../../gitops/source/resolver.ts';
import { startInformer } from '../../kube/reflector.ts';
import { applicationSetType, applicationType, namespaceType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createMetrics } from '../../lib/metrics.ts';
import { createRevisionPoller, followerOf } from '../application/revision-poller.ts';
import { applicationInformers } from '../application/watch.ts';
import { parseKey } from '../../api/object.ts';
import { applicationSetInformers, createApplicationSetController } from './controller.ts';

const { signal } = new AbortController();
const options = { fieldManager: 'test' };
const namespace = 'argocd';
type Fields = Readonly<Record<string, unknown>>;

let world: World;
let cluster: RecordingCluster;
let remote: GitRemote;
let cache: string;
let stop: (() => Promise<void>) | undefined;
let events: string[];
let argoRuns: boolean;

beforeEach(async () => {
  world = await openLocalWorld();
  cluster = recordCalls(world.cluster);
  remote = await createGitRemote();
  cache = mkdtempSync(join(tmpdir(), 'prelude-clones-'));
  events = [];
  argoRuns = false;
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, options, signal);
});

afterEach(async () => {
  await stop?.();
  stop = undefined;
  await world.close();
  await remote.close();
  rmSync(cache, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const lifetime = new AbortController();
  const shared = { clock: systemClock, random: Math.random, log: silentLog };
  const watching = { ...shared, signal: lifetime.signal };
  const sets = applicationSetInformers([namespace]).map((informer) => startInformer(cluster, informer, watching));
  const applications = applicationInformers([namespace]).map((informer) => startInformer(cluster, informer, watching));
  const resolver = createResolver({ git: { cache, protocols: ['file'], clock: systemClock, pollTtl: 0 } });
  const revisions = createRevisionPoller({
    poll: (followed, since, polling) => pollSource(resolver, followed, polling, since),
    interval: 100,
    onChange: (slot) => controller.enqueue(parseKey(followerOf(slot))),
    ...watching,
  });
  const controller = createApplicationSetController({
    ...shared,
    ...{ cluster, sets, applications, revisions, readTree: resolver.resolve },
    argoRuns: async () => argoRuns,
    events: { record: (_about, { reason, message }) => void events.push(`${reason}: ${message}`) },
    metrics: createMetrics({ version: 'test', process: false }),
  });
  await Promise.all([...sets, ...applications].map(({ synced }) => synced));
  controller.start();
  stop = async () => {
    await controller.drain(2_000);
    lifetime.abort(new DOMException('stopped', 'AbortError'));
  };
}

async function push(folders: Readonly<Record<string, boolean>>): Promise<void> {
  for (const [folder, isThere] of Object.entries(folders)) {
    if (isThere) await remote.write(`nets/${folder}/values.yaml`, 'a: 1\n');
    else await remote.remove(`nets/${folder}`);
  }
  await remote.push('change');
}

async function declare(spec: Fields = {}, metadata: Fields = {}): Promise<KubeObject> {
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'ApplicationSet',
    metadata: { name: 'nets', namespace, ...metadata },
    spec: {
      generators: [{ git: { repoURL: remote.url, revision: 'main', directories: [{ path: 'nets/*' }] } }],
      template: { metadata: { name: '{{path.basename}}', labels: { tier: 'test' } }, spec: { source: { repoURL: remote.url, path: '{{path}}' }, destination: { name: 'in-cluster', namespace: '{{path.basename}}' } } },
      ...spec,
    },
  };
  return cluster.create(applicationSetType, object, options, signal);
}

const until = (check: () => unknown): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 25 }).then(() => undefined);

async function applications(): Promise<readonly KubeObject[]> {
  const found: KubeObject[] = [];
  for await (const { items } of cluster.pages(applicationType, { namespace }, signal)) found.push(...items);
  return found.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
const names = async (): Promise<readonly string[]> => (await applications()).map(({ metadata }) => metadata.name);
const get = async (name: string): Promise<KubeObject> => {
  const found = await cluster.get(applicationType, { namespace, name }, signal);
  if (found === undefined) throw new Error(`${name} is not there`);
  return found;
};
async function edit(name: string, change: (object: KubeObject) => KubeObject): Promise<void> {
  await until(async () => cluster.update(applicationType, change(structuredClone(await get(name))), options, signal));
}
async function status() {
  const set = await cluster.get(applicationSetType, { namespace, name: 'nets' }, signal);
  return parseApplicationSetStatus({ status: set?.['status'] });
}
async function condition(type: string): Promise<string> {
  const found = (await status()).conditions?.find((one) => one.type === type);
  return `${found?.status} ${found?.reason}: ${found?.message}`;
}
const upToDate = (): Promise<void> => until(async () => expect(await condition('ResourcesUpToDate')).toMatch(/^True /));
const writes = (): readonly string[] => cluster.calls.filter(({ verb }) => ['create', 'update', 'delete', 'patchStatus'].includes(verb)).map(({ verb }) => verb);
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('an ApplicationSet', () => {
  it('makes an Application for each folder, owned by it, and says so; with nothing to do it writes nothing', async () => {
    await push({ berlin: true, devnet: true });
    const set = await declare();
    await start();
    await upToDate();

    const [first] = await applications();
    expect(await names()).toEqual(['berlin', 'devnet']);
    expect(first).toMatchObject({
      metadata: { labels: { tier: 'test' }, finalizers: ['resources-finalizer.argocd.argoproj.io'], ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'nets', uid: set.metadata.uid, controller: true, blockOwnerDeletion: true }] },
      spec: { source: { path: 'nets/berlin' }, destination: { namespace: 'berlin' } },
    });
    await until(async () => expect(await status()).toMatchObject({ health: { status: 'Healthy' }, resourcesCount: 2, resources: [{ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace, name: 'berlin' }, { name: 'devnet' }] }));
    expect((await status()).conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['ErrorOccurred', 'False', 'ApplicationSetUpToDate'],
      ['ParametersGenerated', 'True', 'ParametersGenerated'],
      ['ResourcesUpToDate', 'True', 'ApplicationSetUpToDate'],
    ]);
    expect(events).toEqual(['Created: Created Application berlin, devnet']);

    await stop?.();
    cluster = recordCalls(world.cluster);
    await start();
    await pause(600);
    expect(writes()).toEqual([]);
  });

  it('follows its repository: a new folder gets an Application, and one that goes takes its Application along', async () => {
    await push({ berlin: true, devnet: true });
    await declare({ syncPolicy: { preserveResourcesOnDeletion: true } });
    await start();
    await upToDate();
    await push({ berlin: false, testnet: true });

    await until(async () => expect(await names()).toEqual(['devnet', 'testnet']));
  });

  it('puts back what somebody changes, and leaves what is not its own: statuses, notes of others, what it is told to preserve', async () => {
    await push({ devnet: true });
    await declare({ preservedFields: { annotations: ['acme.example/kept'] } });
    await start();
    await upToDate();
    await edit('devnet', (one) => ({
      ...one,
      metadata: { ...one.metadata, labels: { tier: 'other', more: 'yes' }, annotations: { 'acme.example/kept': '1', 'acme.example/lost': '1', 'argocd.argoproj.io/refresh': 'normal', 'prelude.dev/rollback-to': 'a', 'prelude.dev/rollback-record': '{}', 'notified.notifications.argoproj.io': '{}' }, finalizers: ['pre-delete-finalizer.argocd.argoproj.io/x'] },
      spec: { source: { repoURL: remote.url, path: 'elsewhere' }, destination: { name: 'in-cluster', namespace: 'devnet' } },
      status: { sync: { status: 'Synced' } },
    }));

    await until(async () => expect(await get('devnet')).toMatchObject({ spec: { source: { path: 'nets/devnet' } } }));
    const { metadata, status: after } = { ...(await get('devnet')), status: (await get('devnet'))['status'] };
    expect(metadata.labels).toEqual({ tier: 'test' });
    expect(metadata.annotations).toEqual({ 'acme.example/kept': '1', 'argocd.argoproj.io/refresh': 'normal', 'prelude.dev/rollback-to': 'a', 'prelude.dev/rollback-record': '{}', 'notified.notifications.argoproj.io': '{}' });
    expect(metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io', 'pre-delete-finalizer.argocd.argoproj.io/x']);
    expect(after).toEqual({ sync: { status: 'Synced' } });
    await until(async () => expect((await status()).resources).toMatchObject([{ name: 'devnet', status: 'Synced' }]));
  });

  it('deletes nothing while its repository does not answer, and says what is wrong', async () => {
    await push({ devnet: true });
    await declare();
    await start();
    await upToDate();
    const bare = fileURLToPath(remote.url);
    await rename(bare, `${bare}.away`);

    await until(async () => expect(await condition('ErrorOccurred')).toMatch(/^True ApplicationGenerationFromParamsError: spec\.generators\[0\]\.git\.repoURL: /));
    expect(await condition('ParametersGenerated')).toMatch(/^False ErrorOccurred/);
    expect((await status()).health).toMatchObject({ status: 'Degraded' });
    expect(await names()).toEqual(['devnet']);
    await rename(`${bare}.away`, bare);
    await upToDate();
    expect(await names()).toEqual(['devnet']);
  });

  it('does not delete the last of its Applications because its generators give nothing any more, unless it is told to', async () => {
    await push({ berlin: true, devnet: true });
    await remote.write('keep.yaml', 'a: 1\n');
    await declare({ syncPolicy: { preserveResourcesOnDeletion: true } });
    await start();
    await upToDate();
    await push({ berlin: false, devnet: false });

    await until(async () => expect(await condition('ErrorOccurred')).toMatch(/^True ApplicationValidationError: spec\.generators: the generators give no Application any more, and all 2 stay/));
    expect(await names()).toEqual(['berlin', 'devnet']);
    const set = await cluster.get(applicationSetType, { namespace, name: 'nets' }, signal);
    if (set === undefined) throw new Error('the ApplicationSet is gone');
    await cluster.update(applicationSetType, { ...set, metadata: { ...set.metadata, annotations: { 'prelude.dev/allow-empty': 'true' } } }, options, signal);
    await until(async () => expect(await names()).toEqual([]));
    await upToDate();
  });

  it('deletes nothing while something that it means has no name: it may be any of those that are there', async () => {
    await push({ berlin: true, devnet: true });
    const template = (name: string): Fields => ({ metadata: { name }, spec: { source: { repoURL: remote.url, path: '{{path}}' }, destination: { name: 'in-cluster', namespace: 'n' } } });
    const generators = [{ git: { repoURL: remote.url, revision: 'main', files: [{ path: 'nets/*/values.yaml' }] } }];
    await remote.write('nets/devnet/values.yaml', 'name: devnet\n');
    await remote.write('nets/berlin/values.yaml', 'name: berlin\n');
    await remote.push('names');
    await declare({ generators, template: template('{{name}}'), syncPolicy: { preserveResourcesOnDeletion: true } });
    await start();
    await upToDate();
    await remote.write('nets/berlin/values.yaml', 'name: Berlin_Net\n');
    await remote.push('a bad name');

    await until(async () => expect(await condition('ErrorOccurred')).toMatch(/^True ApplicationValidationError: .*"Berlin_Net" is not a name/));
    expect(await names()).toEqual(['berlin', 'devnet']);
  });

  it('makes neither of two Applications of one name, names both, and goes on with the others', async () => {
    await push({ devnet: true });
    const list = { list: { elements: [{ net: 'a', 'path.basename': 'twice' }, { net: 'b', 'path.basename': 'twice' }] } };
    await declare({ generators: [{ git: { repoURL: remote.url, revision: 'main', directories: [{ path: 'nets/*' }] } }, list] });
    await start();

    await until(async () => expect(await condition('ErrorOccurred')).toBe('True ApplicationValidationError: spec.template.metadata.name: spec.generators[1].list.elements[0] and spec.generators[1].list.elements[1] both render the Application twice'));
    expect(await names()).toEqual(['devnet']);
  });

  it.each([
    ['create-only', ['berlin', 'devnet'], 'elsewhere'],
    ['create-update', ['berlin', 'devnet'], 'nets/devnet'],
    ['create-delete', ['devnet'], 'elsewhere'],
  ])('does with applicationsSync: %s no more than that says', async (applicationsSync, left, path) => {
    await push({ berlin: true, devnet: true });
    await declare({ syncPolicy: { applicationsSync, preserveResourcesOnDeletion: true } });
    await start();
    await upToDate();
    await edit('devnet', (one) => ({ ...one, spec: { source: { repoURL: remote.url, path: 'elsewhere' }, destination: { name: 'in-cluster', namespace: 'devnet' } } }));
    await push({ berlin: false, testnet: true });

    await until(async () => expect(await names()).toEqual([...left, 'testnet']));
    await until(async () => expect(await get('devnet')).toMatchObject({ spec: { source: { path } } }));
  });

  it('takes over an Application of the name that nobody controls, and leaves one that something else controls', async () => {
    await push({ berlin: true, devnet: true });
    const spec = { source: { repoURL: 'r', path: 'old' }, destination: { name: 'in-cluster', namespace: 'n' } };
    const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'other', uid: 'u', controller: true };
    await cluster.create(applicationSetType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'other', namespace }, spec: { generators: [], template: { metadata: {}, spec: {} } } }, options, signal).then(({ metadata }) => Object.assign(owner, { uid: metadata.uid }));
    await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'berlin', namespace }, spec }, options, signal);
    await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet', namespace, ownerReferences: [owner] }, spec }, options, signal);
    await declare();
    await start();

    await until(async () => expect(await condition('ErrorOccurred')).toBe('True ApplicationValidationError: spec.template.metadata.name: nets/devnet: Application devnet is controlled by ApplicationSet other'));
    expect(await get('berlin')).toMatchObject({ metadata: { ownerReferences: [{ name: 'nets' }] }, spec: { source: { path: 'nets/berlin' } } });
    expect(await get('devnet')).toMatchObject({ spec });
  });

  it('lets its Applications go when it is deleted and its policy deletes none; otherwise they go with it', async () => {
    await push({ devnet: true });
    await declare({ syncPolicy: { applicationsSync: 'create-update', preserveResourcesOnDeletion: true } }, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
    await start();
    await upToDate();
    await cluster.delete(applicationSetType, { namespace, name: 'nets' }, {}, signal);
    await until(async () => expect(await cluster.get(applicationSetType, { namespace, name: 'nets' }, signal)).toBeUndefined());
    expect((await get('devnet')).metadata.ownerReferences ?? []).toEqual([]);

    await declare({ syncPolicy: { preserveResourcesOnDeletion: true } });
    await until(async () => expect((await get('devnet')).metadata.ownerReferences).toMatchObject([{ name: 'nets' }]));
    await cluster.delete(applicationSetType, { namespace, name: 'nets' }, {}, signal);
    await until(async () => expect(await names()).toEqual([]));
  });

  it.each([
    ['create-only', ['devnet']],
    ['a word of tomorrow', ['devnet']],
    ['create-delete', []],
    [undefined, []],
  ])('that is wrong does not stay for ever when it is deleted; with applicationsSync: %s as with one that is right', async (applicationsSync, left) => {
    await push({ devnet: true });
    const syncPolicy = { preserveResourcesOnDeletion: true };
    await declare({ syncPolicy }, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
    await start();
    await upToDate();
    await until(async () => {
      const set = await cluster.get(applicationSetType, { namespace, name: 'nets' }, signal);
      if (set === undefined) throw new Error('the ApplicationSet is gone');
      await cluster.update(applicationSetType, { ...set, spec: { ...Object(set['spec']), generators: [{ matrix: {} }], syncPolicy: { ...syncPolicy, ...(applicationsSync === undefined ? {} : { applicationsSync }) } } }, options, signal);
    });
    await cluster.delete(applicationSetType, { namespace, name: 'nets' }, {}, signal);

    await until(async () => expect(await cluster.get(applicationSetType, { namespace, name: 'nets' }, signal)).toBeUndefined());
    await until(async () => expect(await names()).toEqual(left));
  });

  it('that is wrong says where, and touches nothing', async () => {
    await declare({ generators: [{ matrix: {} }] });
    await start();

    await until(async () => expect(await condition('ErrorOccurred')).toMatch(/^True ApplicationGenerationFromParamsError: spec\.generators\[0\]\.matrix: is not supported/));
    expect(await names()).toEqual([]);
    expect(events).toEqual([expect.stringMatching(/^ApplicationGenerationFromParamsError: /)]);
  });

  it('is asked to look again by an annotation, which is taken away', async () => {
    await push({ devnet: true });
    await declare({}, { annotations: { 'argocd.argoproj.io/application-set-refresh': 'true' } });
    await start();
    await upToDate();

    await until(async () => expect((await cluster.get(applicationSetType, { namespace, name: 'nets' }, signal))?.metadata.annotations ?? {}).toEqual({}));
  });
});
