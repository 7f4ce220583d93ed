import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts';
import { LocalFolder } from '../../test/support/local-folder.ts';
import type { KubeObject } from '../api/object.ts';
import { KubeError } from '../kube/kube-error.ts';
import type { Cluster } from '../kube/port.ts';
import { externalSecretType as type } from '../kube/resource-types.ts';
import type { Report } from './controller.ts';
import type { EventNote, Outcome, Reconciled } from './outcome.ts';
import { createStatusReporter, type StatusSubject } from './status-reporter.ts';

const folder = new LocalFolder();
const { signal } = new AbortController();
const key = { namespace: 'default', name: 'a' };
const synced: Outcome = { kind: 'synced', reason: 'Synced', message: 'all there' };
const failed: Outcome = { kind: 'failed', reason: 'Broken', message: 'no provider' };

interface Bench {
  readonly clock: FakeClock;
  readonly cluster: Cluster;
  readonly subject: KubeObject;
  readonly report: (subject: StatusSubject, reconciled: Reconciled) => Promise<void>;
  /** The bodies of the status patches that were sent, without the dry ones. */
  readonly patches: Readonly<Record<string, unknown>>[];
  readonly dryRuns: Readonly<Record<string, unknown>>[];
  readonly events: string[];
  readonly live: () => Promise<KubeObject | undefined>;
}

interface BenchOptions {
  /** What the API server's schema drops from a status. */
  readonly prune?: (status: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** Runs before every patch. */
  readonly before?: (cluster: Cluster) => Promise<unknown>;
}

async function bench({ prune = (status) => status, before = () => Promise.resolve() }: BenchOptions = {}): Promise<Bench> {
  const clock = createFakeClock();
  const cluster = await folder.open();
  const patches: Bench['patches'] = [];
  const dryRuns: Bench['dryRuns'] = [];
  const events: string[] = [];
  // an API server with a schema: the local cluster has none
  const pruning: Pick<Cluster, 'get' | 'patchStatus'> = {
    get: (...args) => cluster.get(...args),
    patchStatus: async (type, key, status, options, signal) => {
      if (options.dryRun === true) {
        dryRuns.push(status);
        return cluster.patchStatus(type, key, prune(status), options, signal);
      }
      await before(cluster);
      patches.push(status);
      return cluster.patchStatus(type, key, prune(status), options, signal);
    },
  };
  const report: Report<StatusSubject> = createStatusReporter({
    cluster: pruning,
    type,
    fieldManager: 'us',
    clock,
    events: { record: ({ metadata }, { type, reason, message }) => void events.push(`${metadata.name} ${type} ${reason} ${message}`) },
  });
  const subject = await cluster.create(type, { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { ...key }, spec: {} }, { fieldManager: 'them' }, signal);
  return { clock, cluster, subject, patches, dryRuns, events, report: (subject, reconciled) => report(subject, reconciled, signal), live: () => cluster.get(type, key, signal) };
}

/** Drops observedGeneration, as upstream's schema does. */
function withoutGenerations(value: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return JSON.parse(JSON.stringify(value, (name, field: unknown) => (name === 'observedGeneration' ? undefined : field)));
}

describe('the status reporter', () => {
  it('writes condition, observed generation and further fields in one patch', async () => {
    const { subject, report, live, patches } = await bench();

    await report(subject, { outcome: synced, status: { binding: { name: 'x' } } });

    expect(patches).toHaveLength(1);
    expect((await live())!['status']).toEqual({
      binding: { name: 'x' },
      observedGeneration: 1,
      conditions: [{ type: 'Ready', status: 'True', reason: 'Synced', message: 'all there', lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 }],
    });
  });

  it('writes nothing where nothing has changed, before the cache has caught up and after', async () => {
    const { clock, subject, report, live, patches } = await bench();
    await report(subject, { outcome: synced, status: { binding: { name: 'x' } } });
    await clock.advance(3_600_000);

    await report(subject, { outcome: synced, status: { binding: { name: 'x' } } });
    await report((await live())!, { outcome: synced, status: { binding: { name: 'x' } } });
    await report((await live())!, { outcome: synced });

    expect(patches).toHaveLength(1);
  });

  it('sends only the fields that differ, and removes one where it is there to be removed', async () => {
    const { subject, report, live, patches } = await bench();
    await report(subject, { outcome: synced, status: { a: 1, b: { c: 2 } } });

    await report((await live())!, { outcome: synced, status: { a: 1, b: null } });
    await report((await live())!, { outcome: synced, status: { b: null } });

    expect(patches.slice(1)).toEqual([{ b: null }]);
    expect((await live())!['status']).not.toHaveProperty('b');
  });

  it('removes from a map within what is no longer in it, and sends no more than that', async () => {
    const { subject, report, live, patches } = await bench();
    await report(subject, { outcome: synced, status: { synced: { store: { a: { key: 'x' }, b: { key: 'y' } }, gone: {} } } });

    await report((await live())!, { outcome: synced, status: { synced: { store: { a: { key: 'x' } } } } });
    await report((await live())!, { outcome: synced, status: { synced: { store: { a: { key: 'x' } } } } });

    expect(patches.slice(1)).toEqual([{ synced: { store: { b: null }, gone: null } }]);
    expect((await live())!['status']).toMatchObject({ synced: { store: { a: { key: 'x' } } } });
    expect((await live())!['status']).not.toHaveProperty('synced.gone');
  });

  it('learns what the live schema drops, and does not send it for ever', async () => {
    const { clock, subject, report, live, patches, dryRuns } = await bench({ prune: withoutGenerations });
    await report(subject, { outcome: synced });

    await report((await live())!, { outcome: synced });
    await clock.advance(1_000);
    await report((await live())!, { outcome: failed });

    const ready = { type: 'Ready', status: 'True', reason: 'Synced', message: 'all there', lastTransitionTime: '2026-01-01T00:00:00Z' };
    expect(dryRuns).toEqual([]);
    expect(patches).toEqual([{ observedGeneration: 1, conditions: [{ ...ready, observedGeneration: 1 }] }, { conditions: [{ ...ready, status: 'False', reason: 'Broken', message: 'no provider', lastTransitionTime: '2026-01-01T00:00:01Z' }] }]);
  });

  it('takes objects over that another controller has left as they should be, without a write', async () => {
    const { cluster, report, live, patches, dryRuns } = await bench({ prune: withoutGenerations });
    const ready = { type: 'Ready', status: 'True', reason: 'Synced', message: 'all there', lastTransitionTime: '2025-01-01T00:00:00Z' };
    await cluster.patchStatus(type, key, { conditions: [ready] }, { fieldManager: 'them' }, signal);
    const left = (await live())!;

    await Promise.all(Array.from({ length: 20 }, () => report({ ...left }, { outcome: synced })));

    expect(dryRuns).toHaveLength(1);
    expect(patches).toEqual([]);
  });

  it('keeps a condition that somebody else has written meanwhile', async () => {
    const theirs = { type: 'Theirs', status: 'True' };
    let once = true;
    const { subject, report, live, patches } = await bench({
      before: async (cluster) => {
        if (once) await cluster.patchStatus(type, key, { conditions: [theirs] }, { fieldManager: 'them' }, signal);
        once = false;
      },
    });

    await report(subject, { outcome: synced });

    expect(patches).toHaveLength(2);
    expect((await live())!['status']).toMatchObject({ conditions: [theirs, { type: 'Ready', status: 'True' }] });
  });

  it('says which generation it is about, even where there is a newer one by now', async () => {
    const { cluster, subject, report, live } = await bench();
    await cluster.update(type, { ...subject, spec: { changed: true } }, { fieldManager: 'them' }, signal);

    await report(subject, { outcome: failed });

    expect(await live()).toMatchObject({ metadata: { generation: 2 }, status: { observedGeneration: 1, conditions: [{ status: 'False', observedGeneration: 1 }] } });
  });

  it('does not say that an older generation is done once there is a newer one, and keeps the rest of what it has to say', async () => {
    const { cluster, subject, report, live } = await bench();
    await cluster.update(type, { ...subject, spec: { changed: true } }, { fieldManager: 'them' }, signal);

    await report(subject, { outcome: synced });
    expect((await live())?.['status']).toBeUndefined();
    await report(subject, { outcome: synced, status: { pushed: { a: 'b' } } });
    expect((await live())?.['status']).toEqual({ pushed: { a: 'b' } });
  });

  it('leaves it where the object is gone, or is another one of that name', async () => {
    const { cluster, subject, report, live, events } = await bench();
    await cluster.delete(type, key, {}, signal);
    await report(subject, { outcome: failed });
    expect(await live()).toBeUndefined();

    const { resourceVersion: _, uid: __, ...metadata } = subject.metadata;
    await cluster.create(type, { ...subject, metadata: { ...metadata } }, { fieldManager: 'them' }, signal);
    await report(subject, { outcome: failed });

    expect(await live()).not.toHaveProperty('status');
    expect(events).toEqual([]);
  });

  it('passes on what the API server refuses', async () => {
    const { subject, report, events } = await bench({ before: () => Promise.reject(new KubeError('denied', 'no')) });

    await expect(report(subject, { outcome: failed })).rejects.toMatchObject({ kind: 'denied' });
    expect(events).toEqual([]);
  });

  it('records what was done every time, and what is wrong when that is new', async () => {
    const { subject, report, live, events } = await bench();
    const created: EventNote = { type: 'Normal', reason: 'Created', message: 'made it' };
    const warning: EventNote = { type: 'Warning', reason: 'UpdateFailed', message: 'with details' };

    await report(subject, { outcome: synced, events: [created] });
    await report((await live())!, { outcome: failed });
    await report((await live())!, { outcome: failed });
    await report((await live())!, { outcome: { ...failed, message: 'another' }, events: [warning] });
    await report((await live())!, { outcome: { ...failed, message: 'another' }, events: [warning] });
    await report((await live())!, { outcome: synced, events: [created] });

    expect(events).toEqual(['a Normal Created made it', 'a Warning Broken no provider', 'a Warning UpdateFailed with details', 'a Normal Created made it']);
  });
});
