import { describe, expect, it } from 'vitest';
import { conditionsOf, desiredStatus, readyCondition, type StatusFields } from './desired-status.ts';
import type { Outcome, Reconciled } from './outcome.ts';

const before = '2025-12-31T23:00:00Z';
const now = Date.UTC(2026, 0, 1, 12, 0, 0, 789);

function desire(reconciled: Reconciled, live: StatusFields = {}): StatusFields {
  return desiredStatus({ style: readyCondition, reconciled, live, generation: 7, now });
}

const synced: Outcome = { kind: 'synced', reason: 'Synced', message: 'all there' };

describe('the desired status', () => {
  it('says in a condition what the reconcile came to, and for which generation', () => {
    expect(desire({ outcome: synced, status: { binding: { name: 'x' } } })).toEqual({
      binding: { name: 'x' },
      observedGeneration: 7,
      conditions: [{ type: 'Ready', status: 'True', reason: 'Synced', message: 'all there', lastTransitionTime: '2026-01-01T12:00:00Z', observedGeneration: 7 }],
    });
  });

  it.each<[Outcome['kind'], string]>([
    ['synced', 'True'],
    ['waiting', 'Unknown'],
    ['stalled', 'False'],
    ['failed', 'False'],
  ])('is for %s: Ready %s', (kind, status) => {
    const [condition] = conditionsOf(desire({ outcome: { kind, reason: 'R', message: 'm' } }));

    expect(condition).toMatchObject({ type: 'Ready', status });
  });

  it('speaks of no generation before a condition that kstatus does not know is True, and then of its own', () => {
    const style = { ...readyCondition, type: 'Synced', isUnknownToKstatus: true };
    const desireSynced = (outcome: Outcome): StatusFields => desiredStatus({ style, reconciled: { outcome }, live: { observedGeneration: 7 }, generation: 7, now });

    expect(desireSynced({ kind: 'failed', reason: 'R', message: 'm' })).toMatchObject({ observedGeneration: -1, conditions: [{ status: 'False', observedGeneration: 7 }] });
    expect(desireSynced(synced)).toMatchObject({ observedGeneration: 7, conditions: [{ status: 'True', observedGeneration: 7 }] });
  });

  it('keeps the time of the last transition while the status stays, whatever else changes', () => {
    const live = { conditions: [{ type: 'Ready', status: 'True', reason: 'Other', message: 'before', lastTransitionTime: before }] };

    expect(conditionsOf(desire({ outcome: synced }, live))[0]).toMatchObject({ reason: 'Synced', lastTransitionTime: before });
    expect(conditionsOf(desire({ outcome: { kind: 'failed', reason: 'R', message: 'm' } }, live))[0]).toMatchObject({ lastTransitionTime: '2026-01-01T12:00:00Z' });
  });

  it('leaves the conditions of others as they are, in their order', () => {
    const other = { type: 'Deleted', status: 'False', extra: { kept: true } };
    const live = { conditions: [other, { type: 'Ready', status: 'True' }, { type: 'Last', status: 'True' }] };

    const conditions = conditionsOf(desire({ outcome: synced }, live));

    expect(conditions.map((condition) => condition['type'])).toEqual(['Deleted', 'Ready', 'Last']);
    expect(conditions[0]).toBe(other);
  });

  it('bounds the message', () => {
    const [condition] = conditionsOf(desire({ outcome: { ...synced, message: 'x'.repeat(100_000) } }));

    expect(String(condition!['message'])).toHaveLength(4096);
  });
});
