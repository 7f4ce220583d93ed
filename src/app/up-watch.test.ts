import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../api/object.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createUpWatch } from './up-watch.ts';

const key = 'argocd/devnet';
const synced = { kind: 'synced', reason: 'Synced', message: 'as Git says' } as const;

function application(phase: string, health: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { namespace: 'argocd', name: 'devnet' },
    status: { operationState: { phase, operation: {}, startedAt: '2026-01-01T00:00:00Z' }, health: { status: health } },
  };
}

function watch(): ReturnType<typeof createUpWatch> {
  return createUpWatch([key], { clock: createFakeClock(), waitForHealth: true });
}

describe('createUpWatch', () => {
  it('is done once the sync has succeeded and its objects are healthy', () => {
    const up = watch();

    up.outcome(key, synced, application('Succeeded', 'Progressing'));
    expect(up.results()).toMatchObject([{ state: 'unfinished', message: 'applied, and Progressing' }]);
    expect(up.finished.aborted).toBe(false);
    up.changed(key, application('Succeeded', 'Healthy'));

    expect(up.results()).toMatchObject([{ state: 'up' }]);
    expect(up.finished.aborted).toBe(true);
  });

  it('does not take the health of an earlier sync for that of this one', () => {
    const up = watch();
    up.changed(key, application('Succeeded', 'Healthy'));

    up.outcome(key, synced, application('Succeeded', 'Progressing'));

    expect(up.finished.aborted).toBe(false);
  });

  it('does not take a late look at the start of the sync for its end', () => {
    const up = watch();
    up.outcome(key, synced, application('Succeeded', 'Progressing'));

    up.changed(key, application('Running', 'Healthy'));

    expect(up.finished.aborted).toBe(false);
  });

  it('waits for no health where nothing runs', () => {
    const up = createUpWatch([key], { clock: createFakeClock(), waitForHealth: false });

    up.outcome(key, synced, application('Succeeded', 'Unknown'));

    expect(up.finished.aborted).toBe(true);
  });

  it('ends when what is not up needs a person, and says what it is', () => {
    const up = createUpWatch([key, 'argocd/stores'], { clock: createFakeClock(), waitForHealth: true });
    up.outcome(key, undefined, application('Succeeded', 'Healthy'));
    expect(up.finished.aborted).toBe(false);

    up.outcome('argocd/stores', { kind: 'stalled', reason: 'InvalidSpecError', message: 'spec.source: required' }, application('Failed', 'Unknown'));

    expect(up.finished.aborted).toBe(true);
    expect(up.results()).toMatchObject([{ state: 'refused', message: expect.stringContaining('skip-reconcile') }, { state: 'refused', message: 'spec.source: required' }]);
  });
});
