import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Informer } from '../../src/kube/informer.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import type { Cluster, Selection } from '../../src/kube/port.ts';
import { startInformer } from '../../src/kube/reflector.ts';
import { configMapType, namespaceType } from '../../src/kube/resource-types.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { readAuditLog } from '../support/parts/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../support/parts/control-plane.ts';
import { useRealCluster } from '../support/real-cluster.ts';

const facts = inject('controlPlane');
const real = useRealCluster(facts);
const { signal } = new AbortController();
const manager = { fieldManager: 'test' };
/** Through faults and backoff; what is waited for usually takes far less. */
const patient = { timeout: 30_000, interval: 20 };

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort(new Error('test over'));
});

interface Watched {
  readonly informer: Informer<string>;
  /** What listeners were told, e.g. `a: - -> 1`. */
  readonly changes: string[];
}

/** An informer of the test's ConfigMaps; it keeps their `data.value`. */
function watchConfigMaps(cluster: Cluster, selection: Selection): Watched {
  const stop = new AbortController();
  stops.push(stop);
  const project = (object: KubeObject): string => String((object['data'] as { readonly value?: string } | undefined)?.value);
  const informer = startInformer(cluster, { type: configMapType, selection, project }, { clock: systemClock, random: Math.random, log: silentLog, signal: stop.signal });
  const changes: string[] = [];
  informer.subscribe(({ key, current, previous }) => changes.push(`${key.name}: ${previous ?? '-'} -> ${current ?? '-'}`));
  return { informer, changes };
}

/** The ConfigMaps of a test alone, without those that Kubernetes itself puts into every namespace. */
function selectionOf(namespace: string): Selection {
  return { namespace, labelSelector: 'of=test' };
}

function configMap(namespace: string, name: string, value: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, labels: { of: 'test' } }, data: { value } };
}

function put(cluster: Cluster, namespace: string, name: string, value: string): Promise<KubeObject> {
  return cluster.apply(configMapType, configMap(namespace, name, value), manager, signal);
}

function remove(cluster: Cluster, namespace: string, name: string): Promise<boolean> {
  return cluster.delete(configMapType, { namespace, name }, {}, signal);
}

/** How often ConfigMaps were listed; every page is a request. */
function lists(auditLog: string, namespace: string): number {
  return readAuditLog(auditLog).filter((entry) => entry.verb === 'list' && entry.resource === 'configmaps' && entry.uri.includes(`/namespaces/${namespace}/`)).length;
}

const values = (informer: Informer<string>): readonly string[] => [...informer.values()].toSorted();

describe('an informer on a real API server', () => {
  it('lists 1,200 objects in three pages, and sees what changes afterwards', async () => {
    const [cluster, namespace] = [await real.admin(), await real.namespace()];
    for (let start = 0; start < 1200; start += 40) await Promise.all(Array.from({ length: 40 }, (_, index) => put(cluster, namespace, `c-${start + index}`, 'x')));

    const { informer, changes } = watchConfigMaps(cluster, selectionOf(namespace));
    await informer.synced;

    expect(informer.size()).toBe(1200);
    expect(lists(facts.auditLog, namespace)).toBe(3);
    expect(changes).toHaveLength(1200);
    await put(cluster, namespace, 'c-7', 'y');
    await remove(cluster, namespace, 'c-8');
    await expect.poll(() => changes.slice(1200), patient).toEqual(['c-7: x -> y', 'c-8: x -> -']);
  });

  it('misses nothing while its connections are cut, and does not list again', async () => {
    const [admin, namespace] = [await real.admin(), await real.namespace()];
    const { cluster, proxy } = await real.proxied();
    const { informer, changes } = watchConfigMaps(cluster, selectionOf(namespace));
    await informer.synced;
    await expect.poll(() => proxy.open(), patient).toBeGreaterThan(0);

    for (let round = 1; round <= 5; round += 1) {
      await put(admin, namespace, 'a', `before-${round}`);
      proxy.cut();
      await put(admin, namespace, 'a', `after-${round}`);
    }
    await remove(admin, namespace, 'a');

    const rounds = [1, 2, 3, 4, 5].flatMap((round) => [`before-${round}`, `after-${round}`]);
    const steps = ['-', ...rounds, '-'];
    await expect.poll(() => changes, patient).toEqual(steps.slice(1).map((value, index) => `a: ${steps[index]} -> ${value}`));
    expect(informer.size()).toBe(0);
    expect(lists(facts.auditLog, namespace)).toBe(1);
  });

  it('sees what was deleted, made and changed during an outage', async () => {
    const [admin, namespace] = [await real.admin(), await real.namespace()];
    for (const name of ['a', 'b', 'c']) await put(admin, namespace, name, `${name}1`);
    const { cluster, proxy } = await real.proxied();
    const { informer } = watchConfigMaps(cluster, selectionOf(namespace));
    await informer.synced;

    proxy.refuse(true);
    await remove(admin, namespace, 'a');
    await put(admin, namespace, 'b', 'b2');
    await put(admin, namespace, 'd', 'd1');
    proxy.refuse(false);

    await expect.poll(() => values(informer), patient).toEqual(['b2', 'c1', 'd1']);
  });

  it('notices a connection that hangs half-open, and goes on over a new one', async () => {
    const [admin, namespace] = [await real.admin(), await real.namespace()];
    await put(admin, namespace, 'a', '1');
    const { cluster, proxy } = await real.proxied({ clock: impatientClock });
    const { informer } = watchConfigMaps(cluster, selectionOf(namespace));
    await informer.synced;
    await put(admin, namespace, 'a', '2');
    await expect.poll(() => values(informer), patient).toEqual(['2']);

    proxy.hang();
    await put(admin, namespace, 'a', '3');

    await expect.poll(() => values(informer), patient).toEqual(['3']);
  });

  it('keeps order over a slow connection', async () => {
    const [admin, namespace] = [await real.admin(), await real.namespace()];
    const { cluster, proxy } = await real.proxied();
    proxy.delay(50);
    const { informer, changes } = watchConfigMaps(cluster, selectionOf(namespace));
    await informer.synced;

    for (let value = 1; value <= 20; value += 1) await put(admin, namespace, 'a', String(value));

    await expect.poll(() => changes.length, patient).toBe(20);
    expect(changes).toEqual(Array.from({ length: 20 }, (_, index) => `a: ${index === 0 ? '-' : index} -> ${index + 1}`));
  });
});

/** Real time, but for the long waits: what would take minutes takes a hundredth of it. */
const impatientClock: Clock = { ...systemClock, after: (ms, run) => systemClock.after(ms > 60_000 ? ms / 100 : ms, run) };

describe('an informer on an API server that forgets', () => {
  const namespace = 'default';
  let plane: ControlPlane;
  let proxy: FaultProxy;
  let admin: Cluster;
  let cluster: Cluster;

  beforeAll(async () => {
    // without its cache the server asks etcd, which keeps old versions for a second or two
    plane = await startControlPlane(inject('parts'), { apiServerFlags: ['--watch-cache=false', '--etcd-compaction-interval=1s'] });
    proxy = await startFaultProxy(plane.server);
    admin = await openCluster({ kubeconfig: plane.kubeconfig });
    cluster = await openCluster({ kubeconfig: plane.kubeconfigFor('proxied', { token: plane.adminToken }, proxy.url) });
  });
  afterAll(async () => {
    await cluster.close();
    await admin.close();
    await proxy.close();
    await plane.stop();
  });

  it('lists again where its version was compacted, and tells of deletes it has not seen', async () => {
    for (const name of ['a', 'b', 'c']) await put(admin, namespace, name, `${name}1`);
    const { informer, changes } = watchConfigMaps(cluster, selectionOf(namespace));
    await informer.synced;

    proxy.refuse(true);
    await remove(admin, namespace, 'a');
    await put(admin, namespace, 'b', 'b2');
    const before = lists(plane.auditLog, namespace);
    // compaction goes to where the store was an interval ago, and only where something has been written since
    for (let round = 0; round < 5; round += 1) {
      await put(admin, namespace, 'noise', String(round));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    await remove(admin, namespace, 'noise');
    proxy.refuse(false);

    await expect.poll(() => values(informer), patient).toEqual(['b2', 'c1']);
    expect(changes.slice(3)).toEqual(['a: a1 -> -', 'b: b1 -> b2']);
    expect(lists(plane.auditLog, namespace)).toBe(before + 1);
  });

  it('goes on when the API server is killed and comes back', async () => {
    const name = 'restart';
    await admin.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, manager, signal);
    await put(admin, name, 'a', '1');
    const { informer } = watchConfigMaps(cluster, selectionOf(name));
    await informer.synced;

    await plane.restartApiServer();
    await put(admin, name, 'a', '2');

    await expect.poll(() => values(informer), patient).toEqual(['2']);
    expect(informer.healthy()).toBe(true);
  });
});
