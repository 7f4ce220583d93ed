import { describe, expect, it } from 'vitest';
import type { ApplicationStatus, OperationState, RevisionHistory } from '../../api/application-status.ts';
import { aheadOf, keepAhead, withAhead, withoutAhead } from './ahead.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string];
const entry = (id: number, revision: string): RevisionHistory => ({ id, revision, deployedAt: '2026-01-01T00:00:00Z' });
const operation = (phase: OperationState['phase'], startedAt: string): OperationState => ({ operation: {}, phase, startedAt });
/** Revision a is in; b has got past its barrier and is not whole. */
const halfIn: ApplicationStatus = { history: [entry(0, a)], operationState: withAhead(operation('Running', '1'), b) };

describe('that a revision is half in', () => {
  it.each<[string, ApplicationStatus, string | undefined]>([
    ['stays while it goes on', { ...halfIn, operationState: operation('Running', '1') }, b],
    ['stays while a newer one waits at its barrier', { ...halfIn, operationState: operation('Running', '2') }, b],
    ['names the newer one once that gets past its own', { ...halfIn, operationState: withAhead(operation('Running', '2'), c) }, c],
    ['stays where it is given up', { ...halfIn, operationState: operation('Failed', '1') }, b],
    ['stays where a request is refused', { ...halfIn, operationState: operation('Error', '2') }, b],
    ['stays after a selective sync or a dry run, which brings nothing in', { ...halfIn, operationState: operation('Succeeded', '2') }, b],
    ['stays while the revision before is brought back', { ...halfIn, operationState: operation('Running', '2') }, b],
    ['is over once the revision before is brought back', { history: [entry(0, a), entry(1, a)], operationState: operation('Succeeded', '2') }, undefined],
    ['is over once the last revision is whole again', { ...halfIn, operationState: withoutAhead(withAhead(operation('Succeeded', '2'), b)) }, undefined],
    ['is over once it is in itself', { history: [entry(0, a), entry(1, b)], operationState: operation('Succeeded', '1') }, undefined],
    ['is over where the history keeps one entry alone', { history: [entry(1, c)], operationState: operation('Succeeded', '2') }, undefined],
  ])('%s', (_what, next, expected) => {
    expect(aheadOf(keepAhead(halfIn, next))).toBe(expected);
  });

  it('leaves nothing on record once it is over', () => {
    expect(keepAhead(halfIn, { ...halfIn, operationState: withoutAhead(withAhead(operation('Succeeded', '2'), b)) }).operationState?.operation).toEqual({ info: [] });
  });

  it('is not said of a first deployment, nor where there is no operation', () => {
    expect(aheadOf(keepAhead({}, { operationState: operation('Running', '1') }))).toBeUndefined();
    expect(keepAhead(halfIn, { history: [entry(0, a)] })).toEqual({ history: [entry(0, a)] });
  });
});
