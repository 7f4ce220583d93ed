import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalFolder, signal, us } from '../../../test/support/local-folder.ts';
import { type RecordingCluster, recordCalls } from '../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../api/object.ts';
import { hasPodGate } from '../../api/pod-gate.ts';
import type { Informer, InformerOptions } from '../../kube/informer.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { startInformer } from '../../kube/reflector.ts';
import { externalSecretType, namespaceType, podType, sealedSecretType, secretType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { silentLog } from '../../lib/log.ts';
import { createPodGate, type PodGate } from './controller.ts';
import type { GatedPod } from './pod-needs.ts';
import { podGateInformers } from './watch.ts';

const folder = new LocalFolder();
let cluster: Cluster;
let recorded: RecordingCluster;
let gate: PodGate;
let pods: Informer<GatedPod>;
let now: number;
let notes: string[];
/** What becomes of readings of Secrets, where they are not answered. */
let failRead: ((until: AbortSignal) => Promise<never>) | undefined;
let stop: () => Promise<void>;

beforeEach(async () => {
  cluster = await folder.open({ types: [externalSecretType, sealedSecretType] });
  failRead = undefined;
  recorded = recordCalls(cluster);
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'devnet' } }, us, signal);
  now = Date.now();
  notes = [];
  const lifetime = new AbortController();
  const deps = { clock: { ...systemClock, now: () => now }, random: Math.random, log: silentLog };
  const start = <T>(options: InformerOptions<T>): Informer<T> => startInformer(cluster, options, { ...deps, signal: lifetime.signal });
  const views = { pods: start(podGateInformers.pods), heads: start(podGateInformers.heads), externalSecrets: start(podGateInformers.externalSecrets), sealedSecrets: start(podGateInformers.sealedSecrets) };
  await Promise.all(Object.values(views).map(({ synced }) => synced));
  ({ pods } = views);
  gate = createPodGate({ ...views, cluster: { update: recorded.update, get: (type, key, until) => (type === secretType && failRead !== undefined ? failRead(until) : recorded.get(type, key, until)) }, timeout: 600_000, events: { record: ({ metadata: { name } }, { type, reason, message }) => void notes.push(`${name}: ${type} ${reason}: ${message}`) }, metrics: { reconciled: () => {}, watchQueue: () => {} }, ...deps });
  gate.controller.start();
  stop = async () => {
    await gate.controller.drain(500);
    lifetime.abort(new DOMException('stopped', 'AbortError'));
  };
});

afterEach(() => stop());

function podObject(name: string, secret: string, key = 'key'): KubeObject {
  const spec = { schedulingGates: [{ name: 'prelude.dev/secrets' }], containers: [{ name: 'node', image: 'node', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: secret, key } } }] }] };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'devnet', name, labels: { 'prelude.dev/gated': 'true' } }, spec };
}

async function declare(name: string): Promise<void> {
  const spec = { secretStoreRef: { name: 'vault' }, target: { name: `${name}-keys` }, dataFrom: [{ extract: { key: 'all' } }] };
  await cluster.create(externalSecretType, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { namespace: 'devnet', name }, spec }, us, signal);
}

/** What the controller of ExternalSecrets does: the Secret, and then the status. */
async function sync(name: string, keys: readonly string[]): Promise<void> {
  const live = await cluster.get(externalSecretType, { namespace: 'devnet', name }, signal);
  if (live === undefined) throw new Error(`${name} is not there`);
  const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name, uid: live.metadata.uid ?? '', controller: true };
  const data = Object.fromEntries(keys.map((key) => [key, Buffer.from('planted').toString('base64')]));
  const known = await cluster.get(secretType, { namespace: 'devnet', name: `${name}-keys` }, signal);
  const metadata = { namespace: 'devnet', name: `${name}-keys`, labels: { 'reconcile.external-secrets.io/managed': 'true' }, ownerReferences: [owner] };
  if (known === undefined) await cluster.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata, data }, us, signal);
  else await cluster.update(secretType, { ...known, data }, us, signal);
  const { resourceVersionOf } = await import('../../secret/resource-version.ts');
  const condition = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: live.metadata.generation ?? 1 };
  await cluster.patchStatus(externalSecretType, { namespace: 'devnet', name }, { conditions: [condition], syncedResourceVersion: resourceVersionOf(live.metadata) }, us, signal);
}

const isHeld = async (name: string): Promise<boolean> => hasPodGate((await cluster.get(podType, { namespace: 'devnet', name }, signal)) ?? podObject(name, ''));

describe('the gate of pods', () => {
  it('holds new pods by what the caches know, and asks nobody', async () => {
    await declare('seed');

    await expect.poll(() => gate.holds(podObject('web', 'seed-keys'))).toBe(true);
    expect(gate.holds(podObject('web', 'by-hand'))).toBe(false);
    await sync('seed', ['other']);
    // which keys there are, only the Secret says
    await expect.poll(() => gate.holds(podObject('web', 'seed-keys'))).toBe(false);
    expect(recorded.calls).toEqual([]);
  });

  it('opens for all pods that need a Secret once it is current, and does not read it for each', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `pod-${index + 10}`);
    await declare('seed');
    for (const name of names) await cluster.create(podType, podObject(name, 'seed-keys'), us, signal);
    await expect.poll(() => notes.toSorted()).toEqual(names.map((name) => `${name}: Normal WaitingForSecrets: waiting for ExternalSecret devnet/seed: not synced yet`));
    expect(recorded.calls).toEqual([]);

    await sync('seed', ['key']);

    await expect.poll(() => pods.size()).toBe(0);
    expect(await Promise.all(names.map(isHeld))).toEqual(names.map(() => false));
    expect(recorded.calls.filter(({ verb, resource }) => verb === 'get' && resource === 'secrets').length).toBeLessThanOrEqual(10);
    expect(notes.slice(names.length).toSorted()).toEqual(names.map((name) => `${name}: Normal SecretsCurrent: the Secrets that this pod needs are there and current`));
  });

  it('stays shut while a key that the pod names is missing, says so once, and opens when it comes', async () => {
    await declare('seed');
    await sync('seed', ['other']);
    await cluster.create(podType, podObject('web', 'seed-keys'), us, signal);
    await expect.poll(() => notes).toEqual(['web: Normal WaitingForSecrets: waiting for Secret devnet/seed-keys has no key key (needed by Pod web)']);

    const reads = recorded.calls.length;
    gate.controller.enqueue({ namespace: 'devnet', name: 'web' });
    await expect.poll(() => gate.controller.depth() + gate.controller.running()).toBe(0);
    expect([notes.length, recorded.calls.length, await isHeld('web')]).toEqual([1, reads, true]);

    await sync('seed', ['key']);
    await expect.poll(() => isHeld('web')).toBe(false);
    expect(JSON.stringify(notes)).not.toContain('planted');
  });

  it('opens after its time with a warning that says what was missing, however often the controller has started since', async () => {
    await declare('seed');
    await cluster.create(podType, podObject('web', 'seed-keys'), us, signal);
    await expect.poll(() => notes.length).toBe(1);

    now += 601_000;
    gate.controller.enqueue({ namespace: 'devnet', name: 'web' });

    await expect.poll(() => isHeld('web')).toBe(false);
    expect(notes[1]).toBe('web: Warning SecretsTimedOut: opened after 10m0s without what it waited for: ExternalSecret devnet/seed: not synced yet');
  });

  it('says so while Secrets cannot be read, and opens after its time even so, however long a reading takes', async () => {
    await declare('seed');
    await sync('seed', ['key']);
    failRead = () => Promise.reject(new KubeError('denied', 'get secrets devnet/seed-keys: forbidden'));
    await cluster.create(podType, podObject('web', 'seed-keys'), us, signal);
    await expect.poll(() => notes).toEqual(['web: Warning Forbidden: still held: get secrets devnet/seed-keys: forbidden']);
    expect(await isHeld('web')).toBe(true);

    failRead = (until) => new Promise((_resolve, reject) => until.addEventListener('abort', () => reject(until.reason), { once: true }));
    now += 598_000;
    gate.controller.enqueue({ namespace: 'devnet', name: 'web' });

    await expect.poll(() => isHeld('web'), { timeout: 5_000 }).toBe(false);
    expect(notes[1]).toBe('web: Warning SecretsTimedOut: opened after 10m0s: its Secrets seem to be current, but which keys they have could not be read');
  });

  it('looks again when its time is up, whenever a failed reading would be tried again', async () => {
    await declare('seed');
    await sync('seed', ['key']);
    failRead = () => Promise.reject(new KubeError('throttled', 'too many requests', { retryAfter: 3_600_000 }));
    now += 597_500;
    await cluster.create(podType, podObject('web', 'seed-keys'), us, signal);
    await expect.poll(() => notes.length).toBe(1);
    now += 3_000;

    await expect.poll(() => isHeld('web'), { timeout: 5_000 }).toBe(false);
  });

  it('does not hold a pod that names more Secrets than anybody goes through', async () => {
    await declare('seed');
    await expect.poll(() => gate.holds(podObject('web', 'seed-keys'))).toBe(true);
    const imagePullSecrets = Array.from({ length: 501 }, (_, index) => ({ name: index === 0 ? 'seed-keys' : `s-${index}` }));
    const spec = { schedulingGates: [{ name: 'prelude.dev/secrets' }], containers: [{ name: 'node', image: 'node' }], imagePullSecrets };
    expect(gate.holds({ ...podObject('web', 'seed-keys'), spec })).toBe(false);

    await cluster.create(podType, { ...podObject('web', 'seed-keys'), spec }, us, signal);

    await expect.poll(() => notes, { timeout: 5_000 }).toEqual(['web: Warning TooManySecrets: not held: it needs more than 500 Secrets and keys']);
    expect(await isHeld('web')).toBe(false);
    expect((await cluster.get(podType, { namespace: 'devnet', name: 'web' }, signal))?.metadata.labels).toBeUndefined();
  });

  it('takes the label off a pod that somebody has let go', async () => {
    const { schedulingGates: _gone, ...spec } = podObject('freed', 'seed-keys')['spec'] as Record<string, unknown>;
    await cluster.create(podType, { ...podObject('freed', 'seed-keys'), spec }, us, signal);

    await expect.poll(async () => (await cluster.get(podType, { namespace: 'devnet', name: 'freed' }, signal))?.metadata.labels).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it('opens for a pod whose needs nothing declares any more', async () => {
    await declare('seed');
    await cluster.create(podType, podObject('web', 'seed-keys'), us, signal);
    await expect.poll(() => notes.length).toBe(1);

    await cluster.delete(externalSecretType, { namespace: 'devnet', name: 'seed' }, {}, signal);

    await expect.poll(() => isHeld('web')).toBe(false);
    expect(notes[1]).toBe('web: Normal SecretsCurrent: nothing in the cluster declares a Secret that this pod needs');
  });
});
