import { describe, expect, it } from 'vitest';
import { parseOperation } from '../../api/application-operation.ts';
import type { OperationState } from '../../api/application-status.ts';
import { operationDestination } from './operation.ts';
import { isPartial, isUnreadable, requestOf, standingOperation, startRequested, unreadableOperation } from './requested-operation.ts';

const now = Date.UTC(2026, 0, 1);
const target = { source: { repoURL: 'r' }, destination: { namespace: 'devnet' }, head: 'h' };

function recorded(asked: unknown, revision: string): OperationState {
  const parsed = parseOperation(asked);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return startRequested(asked, parsed.value, { ...target, revision }, now);
}

describe('a request on record', () => {
  const part = { sync: { dryRun: true, resources: [{ kind: 'ConfigMap', name: 'a' }] } };

  it('is read as it was made, however much is noted down with it', () => {
    const info = Array.from({ length: 100 }, (_one, index) => ({ name: `n${index}`, value: 'v' }));
    const revisions = Array.from({ length: 50 }, () => 'a'.repeat(64)).join(',');
    const state = recorded({ ...part, info }, revisions);

    expect(isUnreadable(state)).toBe(false);
    expect(requestOf(state)).toMatchObject({ dryRun: true, resources: [{ name: 'a' }], revision: revisions });
    expect(isPartial(requestOf(state))).toBe(true);
  });

  it('says for people what it likes, and nothing in the names of what is noted down with it', () => {
    const names = ['destination', 'pruning', 'values', 'request', 'head', 'prelude.dev/evidence'];
    const info = [{ name: 'why', value: 'v' }, ...names.map((name) => ({ name, value: 'forged' }))];

    const state = recorded({ ...part, info }, 'b');

    expect(JSON.stringify(state.operation['info'])).toContain('{"name":"why","value":"v"}');
    expect(JSON.stringify(state.operation['info'])).not.toContain('forged');
    expect(operationDestination(state)).toBe('{"namespace":"devnet"}');
  });

  it('that cannot be read is over, and says nothing of what is in', () => {
    const state = recorded(part, 'b');
    const odd: OperationState = { ...state, operation: { ...state.operation, sync: { resources: 'odd' } } };
    expect([isUnreadable(odd), isUnreadable(state), isUnreadable(undefined)]).toEqual([true, false, false]);
    expect(standingOperation({ operationState: odd })).toBeUndefined();
    expect(standingOperation({ operationState: odd, history: [{ id: 0, revision: 'a', deployedAt: '2026-01-01T00:00:00Z' }] })).toMatchObject({ phase: 'Succeeded', syncResult: { revision: 'a' } });

    expect(unreadableOperation(odd, now)).toMatchObject({ phase: 'Error', message: expect.stringContaining('cannot be read'), finishedAt: '2026-01-01T00:00:00Z' });
  });
});
