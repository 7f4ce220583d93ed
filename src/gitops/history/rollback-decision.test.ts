import { describe, expect, it } from 'vitest';
import type { HealthCode, OperationState } from '../../api/application-status.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import { decideRollback } from './rollback-decision.ts';
import type { RollbackDecision, RollbackFacts } from './rollback-decision.ts';
import { autoRollbackAnnotation, printRecord, readPolicy, readRecord, rollbackRecordAnnotation } from './rollback-policy.ts';

const start = Date.UTC(2026, 0, 1);
const policy = { bound: 600_000, settle: 30_000 };

interface Scene {
  readonly phase?: OperationState['phase'];
  readonly health?: HealthCode;
  /** Milliseconds after the start: when the word of health changed last, and now. */
  readonly changed?: number;
  readonly at: number;
  readonly record?: RollbackFacts['record'];
  readonly since?: number | undefined;
  readonly about?: string;
}

function decide(scene: Scene): RollbackDecision {
  const { phase = 'Succeeded', health = 'Degraded', changed = 0, at, record = { healthy: 'a' }, about = 'b' } = scene;
  const operation: OperationState = { operation: {}, phase, message: 'no', startedAt: formatTimestamp(start), ...(phase === 'Running' ? {} : { finishedAt: formatTimestamp(start) }), syncResult: { revision: about } };
  const since = 'since' in scene ? scene.since : start;
  return decideRollback({ policy, record, revision: 'b', head: 'b', operation, health: { status: health, message: 'seed crashes', lastTransitionTime: formatTimestamp(start + changed) }, since, now: start + at });
}

describe('decideRollback', () => {
  it('gives a revision up that stays degraded', () => {
    expect(decide({ at: 10_000 })).toEqual({ kind: 'watch', after: 20_000 });
    expect(decide({ at: 30_000 })).toEqual({
      kind: 'rollBack',
      pin: { revision: 'a', replaces: 'b', automatic: true, cause: 'Degraded for 30s (seed crashes)' },
      record: { healthy: 'a', bad: 'b' },
    });
  });

  it('counts from the moment it fares badly, not from the one before it was there', () => {
    expect(decide({ at: 100_000, changed: 90_000 })).toEqual({ kind: 'watch', after: 20_000 });
    expect(decide({ at: 10_000, changed: -500_000 })).toEqual({ kind: 'watch', after: 20_000 });
  });

  it('gives a revision up that is not healthy in its time', () => {
    expect(decide({ health: 'Progressing', at: 599_000 })).toEqual({ kind: 'watch', after: 1_000 });
    expect(decide({ health: 'Progressing', at: 600_000 })).toMatchObject({ kind: 'rollBack', pin: { cause: 'not healthy within 10m0s (seed crashes)' } });
    expect(decide({ phase: 'Running', health: 'Healthy', at: 600_000 })).toMatchObject({ kind: 'rollBack' });
  });

  it('gives a revision up whose sync has failed for good', () => {
    expect(decide({ phase: 'Failed', health: 'Healthy', at: 30_000 })).toMatchObject({ kind: 'rollBack', pin: { cause: 'the sync failed: no' } });
  });

  it.each<[string, Scene]>([
    ['while it waits for Secrets: the one before still runs', { at: 900_000, since: undefined }],
    ['where none has been healthy yet', { at: 900_000, record: {} }],
    ['that was given up before, and brought back by a person', { at: 900_000, record: { healthy: 'a', bad: 'b' } }],
    ['that was healthy once: what ails it now is nothing that it brought', { at: 900_000, record: { healthy: 'b' } }],
    ['that is suspended', { at: 900_000, health: 'Suspended' }],
    ['of whose health nothing is known', { at: 900_000, health: 'Unknown' }],
    ['that no operation has begun with', { at: 900_000, about: 'c' }],
  ])('leaves a revision alone %s', (_title, scene) => {
    expect(decide(scene)).toEqual({ kind: 'none' });
  });

  it('remembers a revision as healthy once it has been so for a while', () => {
    expect(decide({ health: 'Healthy', at: 1_000 })).toEqual({ kind: 'watch', after: 29_000 });
    expect(decide({ health: 'Healthy', at: 30_000 })).toEqual({ kind: 'remember', record: { healthy: 'b' } });
  });
});

describe('readPolicy', () => {
  const read = (text: string) => readPolicy({ annotations: { [autoRollbackAnnotation]: text } });

  it('is off unless somebody opts in', () => {
    expect(readPolicy({})).toBeUndefined();
    expect(read('false')).toBeUndefined();
  });

  it('takes a bound', () => {
    expect(read('true')).toEqual({ bound: 600_000, settle: 30_000 });
    expect(read('20m')).toEqual({ bound: 1_200_000, settle: 30_000 });
    expect(read('5s')).toEqual({ bound: 5_000, settle: 5_000 });
  });

  it.each(['yes', '0', '-5m', '1ms'])('says what is wrong with %j', (text) => {
    expect(read(text)).toMatchObject({ problem: expect.stringContaining(JSON.stringify(text)) });
  });
});

describe('readRecord', () => {
  it('reads back what was printed, and forgets what it cannot read', () => {
    const read = (text: string) => readRecord({ annotations: { [rollbackRecordAnnotation]: text } });

    for (const record of [{}, { healthy: 'a' }, { healthy: 'a', bad: 'b' }]) expect(read(printRecord(record))).toEqual(record);
    for (const text of ['', '{', '[]', '{"healthy":1}', 'null']) expect(read(text)).toEqual({});
  });
});
