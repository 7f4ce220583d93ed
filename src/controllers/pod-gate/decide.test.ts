import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import type { Observed } from './observe.ts';
import { gatedPod } from './pod-needs.ts';

const created = '2026-01-01T00:00:00Z';
const bound = { timeout: 600_000, now: Date.parse(created) + 60_000 };

function pod(metadata: object = {}): ReturnType<typeof gatedPod> {
  const spec = { schedulingGates: [{ name: 'prelude.dev/secrets' }], imagePullSecrets: [{ name: 'registry' }], containers: [{ envFrom: [{ secretRef: { name: 'registry' } }] }] };
  return gatedPod({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'devnet', name: 'web', creationTimestamp: created, ...metadata }, spec });
}

/** What is known of a pod's needs, where one maker of the Secret is there. */
function observed(current: boolean, more: Partial<Observed['facts']> = {}): Observed {
  const producers = [{ name: 'ExternalSecret devnet/registry', secret: 'devnet/registry', current, message: current ? '' : 'not synced yet' }];
  const { needs } = pod();
  return { needs: needs === 'tooMany' ? [] : needs, facts: { producers, secrets: new Map([['devnet/registry', { keys: new Set<string>(), deleting: false, resourceVersion: '1' }]]), ...more } };
}

describe('what is done about a gated pod', () => {
  it('counts a Secret once, whether it is pulled with or read', () => {
    expect(pod().needs).toMatchObject([{ namespace: 'devnet', secret: 'registry' }]);
  });

  it('waits until its time is up', () => {
    expect(decide(pod(), observed(false), bound)).toEqual({ kind: 'wait', message: 'waiting for ExternalSecret devnet/registry: not synced yet', after: 540_000 });
    expect(decide(pod(), observed(false), { ...bound, timeout: 60_000 })).toMatchObject({ kind: 'open', why: 'late' });
  });

  it('opens where all is current, and not while the Secret is being deleted or gone', () => {
    const leaving = new Map([['devnet/registry', { keys: new Set<string>(), deleting: true, resourceVersion: '1' }]]);

    expect(decide(pod(), observed(true), bound)).toMatchObject({ kind: 'open', why: 'current' });
    expect(decide(pod(), observed(true, { secrets: leaving }), bound)).toMatchObject({ kind: 'wait', message: expect.stringContaining('is being deleted') });
    expect(decide(pod(), observed(true, { secrets: new Map() }), bound)).toMatchObject({ kind: 'wait', message: expect.stringContaining('does not exist') });
  });

  it('opens at once for a pod that needs more than anybody goes through', () => {
    expect(decide({ ...pod(), needs: 'tooMany' }, observed(false), bound)).toEqual({ kind: 'open', why: 'tooMany', message: 'not held: it needs more than 500 Secrets and keys' });
  });

  it('leaves a pod alone that is being deleted, however long it has waited', () => {
    expect(decide(pod({ deletionTimestamp: created }), observed(false), { ...bound, timeout: 1 })).toEqual({ kind: 'ignore' });
  });

  it('does not open at once by a clock that is behind', () => {
    expect(decide(pod(), observed(false), { ...bound, now: bound.now - 3_600_000 })).toMatchObject({ kind: 'wait' });
  });
});
