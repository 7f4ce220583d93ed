import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import { LocalFolder, signal } from '../../../test/support/local-folder.ts';
import { fenceWrites } from '../../kube/fence-writes.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { configMapType, eventType, leaseType, namespaceType } from '../../kube/resource-types.ts';
import { silentLog } from '../../lib/log.ts';
import { type Candidate, standForElection } from './elect.ts';
import { parseLease } from '../../api/lease.ts';

const folder = new LocalFolder();
const lease = { namespace: 'prelude', name: 'prelude' };

interface Stage {
  readonly clock: FakeClock;
  readonly cluster: Cluster;
  /** The network of those who use it is gone while it is true. */
  readonly network: { isDown: boolean; hangs: number };
  readonly stand: (identity: string) => Candidate & { readonly hasWon: () => boolean };
}

async function openStage(): Promise<Stage> {
  const clock = createFakeClock();
  const cluster = await openIn('prelude');
  const network = { isDown: false, hangs: 0 };
  const away = async <T>(work: () => Promise<T>, until: AbortSignal): Promise<T> => {
    if (network.isDown) throw new KubeError('unavailable', 'no connection');
    if (network.hangs === 0) return work();
    network.hangs -= 1;
    return new Promise((_resolve, reject) => until.addEventListener('abort', () => reject(until.reason), { once: true }));
  };
  return {
    clock,
    cluster,
    network,
    stand: (identity) => {
      const reached: Pick<Cluster, 'get' | 'create' | 'update'> = {
        get: (...call) => away(() => cluster.get(...call), call[2]),
        create: (...call) => away(() => cluster.create(...call), call[3]),
        update: (...call) => away(() => cluster.update(...call), call[3]),
      };
      const candidate = standForElection({ cluster: reached, lease, identity, clock, random: () => 0, log: silentLog });
      let won = false;
      void candidate.won(signal).then(() => (won = true));
      return { ...candidate, hasWon: () => won };
    },
  };
}

async function openIn(namespace: string): Promise<Cluster> {
  const cluster = await folder.open({ types: [leaseType] });
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: 'it' }, signal);
  return cluster;
}

/** Files are written meanwhile, which a clock that stands still does not wait for. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    await clock.advance(Math.min(500, left));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const holderIn = async (cluster: Cluster): Promise<string | undefined> => {
  const found = await cluster.get(leaseType, lease, signal);
  return found === undefined ? undefined : parseLease(found).holder;
};

describe('one of several processes', () => {
  it('leads, the others wait, and the next one goes on at once when the Lease is given back', async () => {
    const { clock, cluster, stand } = await openStage();
    const first = stand('a');
    await expect.poll(() => first.hasWon()).toBe(true);
    const second = stand('b');
    await pass(clock, 30_000);

    expect([first.seat.isHeld(), second.seat.isHeld(), second.hasWon()]).toEqual([true, false, false]);
    await first.end(signal);
    expect([first.seat.isHeld(), first.seat.lost.aborted, await holderIn(cluster)]).toEqual([false, false, '']);
    await pass(clock, 2_500);
    expect([second.hasWon(), second.seat.isHeld(), await holderIn(cluster)]).toEqual([true, true, 'b']);
    await second.end(signal);
  });

  it('takes over from one that has died, after as long as its Lease says, by the own clock', async () => {
    const { clock, cluster, stand } = await openStage();
    const spec = { holderIdentity: 'dead', leaseDurationSeconds: 15, renewTime: '2050-01-01T00:00:00.000000Z', leaseTransitions: 3 };
    await cluster.create(leaseType, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: lease, spec }, { fieldManager: 'it' }, signal);
    const next = stand('b');
    await pass(clock, 14_000);
    expect(next.hasWon()).toBe(false);
    await pass(clock, 4_000);

    expect(next.hasWon()).toBe(true);
    expect(parseLease((await cluster.get(leaseType, lease, signal)) ?? { apiVersion: '', kind: '', metadata: { name: '' } })).toMatchObject({ holder: 'b', transitions: 4 });
    await next.end(signal);
  });

  it('may write no more ten seconds after the last renewal, before another one may take over', async () => {
    const { clock, network, stand } = await openStage();
    const first = stand('a');
    await expect.poll(() => first.hasWon()).toBe(true);
    network.isDown = true;
    await pass(clock, 9_000);
    expect([first.seat.isHeld(), first.seat.lost.aborted]).toEqual([true, false]);
    await pass(clock, 1_500);

    expect([first.seat.isHeld(), first.seat.lost.aborted]).toEqual([false, true]);
    network.isDown = false;
    const second = stand('b');
    await pass(clock, 4_000);
    expect(second.hasWon()).toBe(false);
    await pass(clock, 15_000);
    expect([second.hasWon(), first.seat.isHeld()]).toEqual([true, false]);
    await Promise.all([first.end(signal), second.end(signal)]);
  });

  it('takes up at once what it held before it was started again', async () => {
    const { clock, cluster, stand } = await openStage();
    const first = stand('pod-1');
    await expect.poll(() => first.hasWon()).toBe(true);
    const again = stand('pod-1');
    await expect.poll(() => again.hasWon()).toBe(true);

    expect(await holderIn(cluster)).toBe('pod-1');
    await pass(clock, 1);
    await Promise.all([first.end(signal), again.end(signal)]);
  });

  it('is told at once when somebody gives the Lease to another one', async () => {
    const { clock, cluster, stand } = await openStage();
    const first = stand('a');
    await expect.poll(() => first.hasWon()).toBe(true);
    const live = await cluster.get(leaseType, lease, signal);
    await cluster.update(leaseType, { ...live!, spec: { holderIdentity: 'forced', leaseDurationSeconds: 15, renewTime: 'now' } }, { fieldManager: 'it' }, signal);
    await pass(clock, 3_000);

    expect([first.seat.isHeld(), first.seat.lost.aborted]).toEqual([false, true]);
    await first.end(signal);
    expect(await holderIn(cluster)).toBe('forced');
  });

  it('keeps its Lease when one request hangs, which is given up after half of the time there is', async () => {
    const { clock, cluster, network, stand } = await openStage();
    const first = stand('a');
    await expect.poll(() => first.hasWon()).toBe(true);
    network.hangs = 1;
    await pass(clock, 12_000);

    expect([first.seat.isHeld(), first.seat.lost.aborted, await holderIn(cluster)]).toEqual([true, false, 'a']);
    await first.end(signal);
  });

  it('says for how long it has heard nothing of the Lease', async () => {
    const { clock, network, stand } = await openStage();
    network.isDown = true;
    const first = stand('a');
    expect(first.silence()).toBe(0);
    await pass(clock, 61_000);
    expect(first.silence()).toBeGreaterThan(60_000);
    network.isDown = false;
    await pass(clock, 4_000);
    expect(first.silence()).toBeLessThan(4_000);
    await first.end(signal);
  });

  it('waits no longer than it is told to', async () => {
    const { stand } = await openStage();
    const first = stand('a');
    await expect.poll(() => first.hasWon()).toBe(true);
    const second = stand('b');
    const stop = new AbortController();
    const waiting = second.won(stop.signal);
    stop.abort(new DOMException('stopped', 'AbortError'));

    await expect(waiting).rejects.toThrow('stopped');
    await Promise.all([first.end(signal), second.end(signal)]);
  });
});

it('writes nothing while another one leads, but tells of what it did, and reads', async () => {
  const cluster = await openIn('a');
  let mayWrite = false;
  const fenced = fenceWrites(cluster, () => mayWrite);
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'x' } };
  const us = { fieldManager: 'us' };
  const refused = 'this process does not lead, and writes nothing';

  await expect(fenced.create(configMapType, object, us, signal)).rejects.toThrow(refused);
  await expect(fenced.apply(configMapType, object, us, signal)).rejects.toThrow(refused);
  await expect(fenced.update(configMapType, object, us, signal)).rejects.toThrow(refused);
  await expect(fenced.patchStatus(configMapType, object.metadata, {}, us, signal)).rejects.toThrow(refused);
  await expect(fenced.delete(configMapType, object.metadata, {}, signal)).rejects.toThrow(refused);
  expect(await fenced.get(configMapType, object.metadata, signal)).toBeUndefined();
  await fenced.apply(eventType, { apiVersion: 'v1', kind: 'Event', metadata: { namespace: 'a', name: 'e' } }, us, signal);
  mayWrite = true;
  expect((await fenced.create(configMapType, object, us, signal)).metadata.name).toBe('x');
});
