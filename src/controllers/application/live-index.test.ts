import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { KubeObject } from '../../api/object.ts';
import type { Cluster, Selection } from '../../kube/port.ts';
import { startInformer } from '../../kube/reflector.ts';
import { applicationType, configMapType, deploymentType, namespaceType, secretType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createLiveIndex } from './live-index.ts';
import type { LiveIndex, StartInformer } from './live-index.ts';
import { createReferenceWatch } from './reference-watch.ts';
import { createSecretWatch } from './secret-watch.ts';

const test = { fieldManager: 'test' };
const { signal } = new AbortController();
const key = { namespace: 'devnet', name: 'a' };

let cluster: Cluster;
let close: () => Promise<void>;
let lifetime: AbortController;
let started: { readonly kind: string; readonly selection: Selection; readonly signal: AbortSignal }[];
let start: StartInformer;
let news: string[];
let index: LiveIndex;

beforeEach(async () => {
  ({ cluster, close } = await openLocalWorld());
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, test, signal);
  lifetime = new AbortController();
  started = [];
  news = [];
  start = (options, until) => {
    started.push({ kind: options.type.kind, selection: options.selection, signal: until });
    return startInformer(cluster, options, { clock: systemClock, random: Math.random, log: silentLog, signal: until });
  };
  index = createLiveIndex({ startInformer: start, onNews: (instance) => news.push(instance), clock: systemClock, signal: lifetime.signal });
});
afterEach(async () => {
  lifetime.abort(new DOMException('stopped', 'AbortError'));
  await close();
});

function config(tracked: string | undefined): KubeObject {
  const annotations = tracked === undefined ? {} : { 'argocd.argoproj.io/tracking-id': `${tracked}:/ConfigMap:devnet/a` };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...key, annotations }, data: { value: 'one' } };
}

describe('createLiveIndex', () => {
  it('knows nothing of a kind before it is asked to watch it', async () => {
    expect(index.look(configMapType, key)).toBe('unknown');

    await index.retain('argocd/devnet', [configMapType]);
    expect(index.look(configMapType, key)).toBe('absent');
  });

  it('watches a kind once for all, whole only where health is judged, and stops when nobody uses it', async () => {
    await index.retain('argocd/one', [configMapType, deploymentType]);
    await index.retain('argocd/two', [configMapType]);
    expect(started.map(({ kind, selection }) => `${kind} ${selection.metadataOnly === true ? 'metadata' : 'whole'}`)).toEqual(['ConfigMap metadata', 'Deployment whole']);

    await index.retain('argocd/one', [configMapType]);
    expect(started.map((watch) => watch.signal.aborted)).toEqual([false, true]);
    index.release('argocd/one');
    expect(started[0]?.signal.aborted).toBe(false);
    index.release('argocd/two');
    expect(started[0]?.signal.aborted).toBe(true);
    expect(index.look(configMapType, key)).toBe('unknown');
  });

  it('tells whose object has news, keeps no data, and does not see what nobody tracks', async () => {
    await index.retain('argocd/devnet', [configMapType]);
    await cluster.create(configMapType, config('devnet'), test, signal);
    await vi.waitFor(() => expect(news).toEqual(['devnet']));
    expect(index.look(configMapType, key)).toMatchObject({ instance: 'devnet', deleting: false });
    expect(JSON.stringify(index.look(configMapType, key))).not.toContain('one');

    await cluster.apply(configMapType, config('other'), { ...test, force: true }, signal);
    await vi.waitFor(() => expect(news).toEqual(['devnet', 'devnet', 'other']));
    await cluster.delete(configMapType, key, {}, signal);
    await vi.waitFor(() => expect(news).toEqual(['devnet', 'devnet', 'other', 'other']));

    await cluster.create(configMapType, config(undefined), test, signal);
    await vi.waitFor(async () => expect(await cluster.get(configMapType, key, signal)).toBeDefined());
    expect(index.look(configMapType, key)).toBe('absent');
  });

  it('sees objects of a kind that is watched anyhow where they are watched, and starts no watch of its own', async () => {
    const informer = startInformer<KubeObject>(cluster, { type: configMapType, selection: { namespace: 'devnet' }, project: (object) => object }, { clock: systemClock, random: Math.random, log: silentLog, signal: lifetime.signal });
    index = createLiveIndex({ startInformer: start, own: { type: configMapType, informers: [informer] }, onNews: (instance) => news.push(instance), clock: systemClock, signal: lifetime.signal });
    await index.retain('argocd/devnet', [configMapType]);
    await cluster.create(configMapType, config('devnet'), test, signal);

    await vi.waitFor(() => expect(news).toEqual(['devnet']));
    expect(index.look(configMapType, key)).toMatchObject({ instance: 'devnet' });
    // it may be there, where nobody looks
    expect(index.look(configMapType, { namespace: 'elsewhere', name: 'a' })).toBe('unknown');
    expect(started).toEqual([]);

    index.release('argocd/devnet');
    await cluster.delete(configMapType, key, {}, signal);
    await vi.waitFor(() => expect(informer.get(key)).toBeUndefined());
    expect(news).toEqual(['devnet']);
  });
});

describe('Applications among the objects of an Application', () => {
  it('are news when somebody changes them, and not when their status is written', async () => {
    const application = { namespace: 'devnet', name: 'child' };
    const informer = startInformer<KubeObject>(cluster, { type: applicationType, selection: { namespace: 'devnet' }, project: (object) => object }, { clock: systemClock, random: Math.random, log: silentLog, signal: lifetime.signal });
    index = createLiveIndex({ startInformer: start, own: { type: applicationType, informers: [informer] }, onNews: (instance) => news.push(instance), clock: systemClock, signal: lifetime.signal });
    await index.retain('argocd/parent', [applicationType]);
    const spec = { project: 'default', source: { repoURL: 'https://git.example/r.git', path: '.' }, destination: { namespace: 'child' } };
    const annotations = { 'argocd.argoproj.io/tracking-id': 'parent:argoproj.io/Application:devnet/child' };
    const created = await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { ...application, annotations }, spec }, test, signal);
    await vi.waitFor(() => expect(news).toEqual(['parent']));

    const { metadata } = await cluster.patchStatus(applicationType, application, { reconciledAt: '2026-01-01T00:00:00Z' }, test, signal);
    expect(metadata.generation).toBeGreaterThan(created.metadata.generation ?? 0);
    await vi.waitFor(() => expect(informer.get(application)?.metadata.resourceVersion).toBe(metadata.resourceVersion));
    expect(news).toEqual(['parent']);

    const live = await cluster.get(applicationType, application, signal);
    await cluster.update(applicationType, { ...created, metadata: live?.metadata ?? metadata, spec: { ...spec, project: 'other' } }, test, signal);
    await vi.waitFor(() => expect(news).toEqual(['parent', 'parent']));
  });
});

describe('createSecretWatch', () => {
  it('wakes for the Secrets that are needed, until released', async () => {
    const woken: string[] = [];
    const watch = createSecretWatch(createReferenceWatch({ startInformer: start, signal: lifetime.signal, onChange: (application) => woken.push(application) }));
    const secret = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name }, data: {} });
    watch.watch('argocd/devnet', [{ namespace: 'devnet', name: 'seed' }]);
    watch.watch('argocd/devnet', [{ namespace: 'devnet', name: 'seed' }]);
    expect(started.map(({ selection }) => selection)).toEqual([{ metadataOnly: true }]);

    await cluster.create(secretType, secret('other'), test, signal);
    await cluster.create(secretType, secret('seed'), test, signal);
    await vi.waitFor(() => expect(woken).toEqual(['argocd/devnet']));

    watch.release('argocd/devnet');
    expect(started[0]?.signal.aborted).toBe(true);
  });

  it('watches once for a hundred Applications, and lets none of them miss what came before it asked', async () => {
    const woken: string[] = [];
    const watch = createSecretWatch(createReferenceWatch({ startInformer: start, signal: lifetime.signal, onChange: (application) => woken.push(application) }));
    for (let index = 0; index < 100; index += 1) watch.watch(`argocd/testnet-${index}`, [{ namespace: 'devnet', name: `seed-${index}` }]);
    expect(started).toHaveLength(1);
    expect(woken).toHaveLength(99);

    await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'devnet', name: 'seed-7' } }, test, signal);
    await vi.waitFor(() => expect(woken.slice(99)).toEqual(['argocd/testnet-7']));

    for (let index = 0; index < 99; index += 1) watch.release(`argocd/testnet-${index}`);
    expect(started[0]?.signal.aborted).toBe(false);
    watch.release('argocd/testnet-99');
    expect(started[0]?.signal.aborted).toBe(true);
  });
});
