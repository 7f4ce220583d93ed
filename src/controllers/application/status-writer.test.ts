import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { recordCalls } from '../../../test/support/recording-cluster.ts';
import type { RecordingCluster } from '../../../test/support/recording-cluster.ts';
import type { KubeObject } from '../../api/object.ts';
import { applicationType, namespaceType } from '../../kube/resource-types.ts';
import { createStatusWriter } from './status-writer.ts';

const { signal } = new AbortController();
const key = { namespace: 'argocd', name: 'devnet' };

let cluster: RecordingCluster;
let close: () => Promise<void>;
let application: KubeObject;

beforeEach(async () => {
  const world = await openLocalWorld();
  ({ close } = world);
  cluster = recordCalls(world.cluster);
  await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }, { fieldManager: 'test' }, signal);
  application = await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: key, spec: {} }, { fieldManager: 'test' }, signal);
});
afterEach(() => close());

const patches = (): number => cluster.calls.filter(({ verb }) => verb === 'patchStatus').length;
const reads = (): number => cluster.calls.filter(({ verb }) => verb === 'get').length;

describe('createStatusWriter', () => {
  it('writes what differs, and stamps it', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());

    expect(await writer.write(application, { sync: { status: 'Synced' } }, signal)).toBe(true);
    expect((await cluster.get(applicationType, key, signal))?.['status']).toEqual({ sync: { status: 'Synced' }, reconciledAt: '2026-01-01T00:00:00Z' });
  });

  it('writes nothing where nothing differs, whatever the time', async () => {
    const clock = createFakeClock();
    const writer = createStatusWriter(cluster, clock);
    await writer.write(application, { sync: { status: 'Synced' } }, signal);
    await clock.advance(60_000);

    expect(await writer.write(application, { sync: { status: 'Synced' } }, signal)).toBe(false);
    expect(patches()).toBe(1);
  });

  it('leaves fields alone that it does not know', async () => {
    const theirs = await cluster.patchStatus(applicationType, key, { summary: { images: ['a'] }, resourceHealthSource: 'appTree' }, { fieldManager: 'test' }, signal);
    const writer = createStatusWriter(cluster, createFakeClock());
    await writer.write(theirs, { ...writer.current(theirs), sync: { status: 'Unknown' } }, signal);

    expect((await cluster.get(applicationType, key, signal))?.['status']).toMatchObject({ summary: { images: ['a'] }, resourceHealthSource: 'appTree', sync: { status: 'Unknown' } });
  });

  it('reads the object while the cache is behind its own write, and not any more once it has caught up', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());
    expect(await writer.latest(application, signal)).toBe(application);
    expect(reads()).toBe(0);

    await writer.write(application, { sync: { status: 'Synced' } }, signal);
    const latest = await writer.latest(application, signal);
    expect(latest?.['status']).toMatchObject({ sync: { status: 'Synced' } });
    expect(reads()).toBe(1);

    writer.seen('argocd/devnet', 'another');
    await writer.latest(application, signal);
    expect(reads()).toBe(2);
    writer.seen('argocd/devnet', latest?.metadata.resourceVersion);
    expect(await writer.latest(application, signal)).toBe(application);
    expect(reads()).toBe(2);
  });

  it('needs no read where the event is quicker than the answer', async () => {
    const quick = { ...cluster };
    const writer = createStatusWriter(quick, createFakeClock());
    Object.assign(quick, {
      patchStatus: async (...call: Parameters<typeof cluster.patchStatus>) => {
        const after = await cluster.patchStatus(...call);
        writer.seen('argocd/devnet', after.metadata.resourceVersion);
        return after;
      },
    });
    await writer.write(application, { sync: { status: 'Synced' } }, signal);

    await writer.latest(application, signal);
    expect(reads()).toBe(0);
  });

  it('trusts the cache again when the event with its own version was lost', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());
    await writer.write(application, { sync: { status: 'Synced' } }, signal);
    const relisted = await cluster.get(applicationType, key, signal);

    await writer.latest(relisted ?? application, signal);
    const before = reads();
    await writer.latest(relisted ?? application, signal);
    expect(reads()).toBe(before);
  });

  it('does nothing about an Application that is gone', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());
    await cluster.delete(applicationType, key, {}, signal);

    expect(await writer.write(application, { sync: { status: 'Synced' } }, signal)).toBe(false);
  });

  it('writes nothing to another Application that was made under the name of one that is gone', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());
    await cluster.delete(applicationType, key, {}, signal);
    const other = await cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: key, spec: {} }, { fieldManager: 'test' }, signal);

    expect(await writer.write(application, { sync: { status: 'Synced' } }, signal)).toBe(false);
    expect(await cluster.get(applicationType, key, signal)).toEqual(other);
  });

  it('is not behind what was changed of the Application beside its status, by ourselves', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());
    await writer.write(application, { sync: { status: 'Unknown' } }, signal);
    const live = await cluster.get(applicationType, key, signal);
    writer.amended(application, await cluster.update(applicationType, { ...(live ?? application), metadata: { ...(live ?? application).metadata, finalizers: ['example.com/held'] } }, { fieldManager: 'test' }, signal));
    const before = reads();
    await writer.write(application, { sync: { status: 'Synced' } }, signal);

    expect([patches(), reads() - before]).toEqual([2, 0]);
    expect(await cluster.get(applicationType, key, signal)).toMatchObject({ metadata: { finalizers: ['example.com/held'] }, status: { sync: { status: 'Synced' } } });
  });

  it('writes all the same where somebody has changed the Application meanwhile', async () => {
    const writer = createStatusWriter(cluster, createFakeClock());
    await cluster.update(applicationType, { ...application, metadata: { ...application.metadata, labels: { team: 'a' } } }, { fieldManager: 'test' }, signal);

    expect(await writer.write(application, { sync: { status: 'Synced' } }, signal)).toBe(true);
    expect(await writer.write(application, { sync: { status: 'OutOfSync' } }, signal)).toBe(true);
    expect(await cluster.get(applicationType, key, signal)).toMatchObject({ metadata: { labels: { team: 'a' } }, status: { sync: { status: 'OutOfSync' } } });
    expect(patches()).toBe(2);
  });
});
