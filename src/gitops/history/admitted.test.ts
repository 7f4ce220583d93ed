import { describe, expect, it } from 'vitest';
import type { ApplicationStatus, OperationState, RevisionHistory } from '../../api/application-status.ts';
import { admittedOf, keepAdmitted, touchAdmitted, withAdmitted } from './admitted.ts';

const operation: OperationState = { operation: {}, phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' };
const next: OperationState = { operation: { info: [{ name: 'why', value: 'because' }] }, phase: 'Running', startedAt: '2026-01-02T00:00:00Z' };
const entry = (id: number): RevisionHistory => ({ id, revision: 'a'.repeat(40), deployedAt: '2026-01-01T00:00:00Z' });
const admitted = { id: 1, gate: 'names', destination: '{"namespace":"devnet"}' };
const inOrder = withAdmitted(operation, admitted);

describe('what is on record of the revision that is in', () => {
  it.each<[string, ApplicationStatus, unknown]>([
    ['nothing, where nothing was ever brought in', {}, undefined],
    ['nothing, where Argo CD has brought it in', { history: [entry(1)], operationState: operation }, undefined],
    ['nothing, where it is of another revision', { history: [entry(1), entry(2)], operationState: inOrder }, undefined],
    ['nothing to count on, where it cannot be read', { history: [entry(1)], operationState: { ...operation, operation: { info: [{ name: 'prelude.dev/admitted', value: '{"id":' }] } } }, { id: 1, gate: 'anew' }],
    ['what was noted down', { history: [entry(0), entry(1)], operationState: inOrder }, admitted],
  ])('is %s', (_what, status, expected) => {
    expect(admittedOf(status)).toEqual(expected);
  });

  it('is touched by an operation about another revision, until something is brought in', () => {
    const before = { history: [entry(1)], operationState: inOrder };
    const touched = { ...before, operationState: touchAdmitted(next, before) };

    expect(admittedOf(touched)).toEqual({ ...admitted, isTouched: true });
    expect(admittedOf(keepAdmitted(touched, { ...touched, operationState: operation }))).toEqual({ ...admitted, isTouched: true });
    expect(admittedOf({ ...touched, operationState: withAdmitted(operation, admitted) })).toEqual(admitted);
    expect(touchAdmitted(next, { operationState: operation })).toBe(next);
    expect(admittedOf({ ...before, operationState: touchAdmitted(next, { history: [entry(1)], operationState: operation }) })).toEqual({ id: 1, isTouched: true });
  });

  it('is carried over to another operation, until that has brought something in itself', () => {
    const before = { history: [entry(1)], operationState: inOrder };
    const carried = keepAdmitted(before, { ...before, operationState: next });

    expect(admittedOf(carried)).toEqual(admitted);
    expect(carried.operationState?.operation).toMatchObject({ info: [{ name: 'why' }, { name: 'prelude.dev/admitted' }] });
    const second = { ...admitted, id: 2, gate: 'others' };
    expect(admittedOf(keepAdmitted(before, { history: [entry(1), entry(2)], operationState: withAdmitted(next, second) }))).toEqual(second);
    expect(keepAdmitted({}, { operationState: next })).toEqual({ operationState: next });
  });
});
