import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { KubeObject } from '../api/object.ts';
import { silentLog } from '../lib/log.ts';
import { createEventRecorder, type EventTarget } from './event-recorder.ts';
import { KubeError } from './kube-error.ts';
import type { Cluster } from './port.ts';

const target: EventTarget = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'keys', namespace: 'devnet', uid: 'u-1' } };
const synced = { type: 'Normal', reason: 'Updated', message: 'secret updated' } as const;

/** A recorder on a cluster that keeps what is applied; `fail` may refuse it. */
function recorder(fail: () => KubeError | undefined = () => undefined) {
  const written: KubeObject[] = [];
  const apply: Cluster['apply'] = async (_type, object) => {
    const error = fail();
    if (error !== undefined) throw error;
    written.push(object);
    return object;
  };
  const clock = createFakeClock();
  const events = createEventRecorder({ apply }, { component: 'prelude', clock, log: silentLog, signal: new AbortController().signal });
  return { events, clock, written, flush: () => events.flush(new AbortController().signal) };
}

describe('an event', () => {
  it('is written where its object lives, and names it', async () => {
    const { events, written, flush } = recorder();

    events.record(target, synced);
    await flush();

    expect(written).toMatchObject([
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { namespace: 'devnet' },
        involvedObject: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'keys', namespace: 'devnet', uid: 'u-1' },
        ...synced,
        source: { component: 'prelude' },
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:00:00Z',
        count: 1,
      },
    ]);
    expect(written[0]!.metadata.name).toMatch(/^keys\./);
  });

  it('of an object without a namespace is written to the default one', async () => {
    const { events, written, flush } = recorder();

    events.record({ apiVersion: 'external-secrets.io/v1', kind: 'ClusterSecretStore', metadata: { name: 'aws' } }, synced);
    await flush();

    expect(written[0]!.metadata.namespace).toBe('default');
    expect(written[0]!['involvedObject']).not.toHaveProperty('namespace');
  });

  it('that repeats is counted on the same Event', async () => {
    const { events, clock, written, flush } = recorder();

    events.record(target, synced);
    await flush();
    await clock.advance(90_000);
    events.record(target, synced);
    await flush();

    expect(written[1]).toMatchObject({ metadata: { name: written[0]!.metadata.name }, count: 2, firstTimestamp: '2026-01-01T00:00:00Z', lastTimestamp: '2026-01-01T00:01:30Z' });
  });

  it('has the same name after a restart, so that it stays one Event', async () => {
    const [before, after] = [recorder(), recorder()];

    before.events.record(target, synced);
    await before.flush();
    after.events.record(target, synced);
    await after.flush();

    expect(after.written[0]!.metadata.name).toBe(before.written[0]!.metadata.name);
  });

  it('that says something else, or of something else, is another Event', async () => {
    const { events, written, flush } = recorder();

    events.record(target, synced);
    events.record(target, { ...synced, message: 'secret created' });
    events.record({ ...target, metadata: { ...target.metadata, uid: 'u-2' } }, synced);
    await flush();

    expect(new Set(written.map(({ metadata }) => metadata.name)).size).toBe(3);
    expect(written.map(({ count }) => count)).toEqual([1, 1, 1]);
  });

  it('that cannot be written hinders nobody', async () => {
    let refused = 0;
    const { events, written, flush } = recorder(() => (refused++ === 0 ? new KubeError('denied', 'no') : undefined));

    events.record(target, synced);
    events.record(target, { ...synced, reason: 'Next' });
    await flush();

    expect(written.map(({ reason }) => reason)).toEqual(['Next']);
  });

  it('has a message of bounded length', async () => {
    const { events, written, flush } = recorder();

    events.record(target, { ...synced, message: 'x'.repeat(5000) });
    await flush();

    expect(String(written[0]!['message']).length).toBeLessThanOrEqual(1024);
  });
});

describe('events that come faster than they can be written', () => {
  it('are dropped beyond a thousand, oldest kept', async () => {
    const { events, written, flush } = recorder();

    for (let index = 0; index < 3000; index += 1) events.record(target, { ...synced, message: String(index) });
    await flush();

    expect(written.length).toBeGreaterThanOrEqual(1000);
    expect(written.length).toBeLessThanOrEqual(1001);
  });

  it('do not hold up whoever waits for them longer than they want', async () => {
    const { events } = recorder();
    const never = createEventRecorder({ apply: () => new Promise(() => {}) }, { component: 'prelude', clock: createFakeClock(), log: silentLog, signal: new AbortController().signal });

    events.record(target, synced);
    never.record(target, synced);

    await events.flush(AbortSignal.abort());
    await never.flush(AbortSignal.abort());
    await never.flush(AbortSignal.timeout(20));
  });
});
