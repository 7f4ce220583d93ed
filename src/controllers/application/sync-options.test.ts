import { expect, it } from 'vitest';
import type { ApplicationStatus, OperationState, RevisionHistory } from '../../api/application-status.ts';
import { withEvidence } from '../../gitops/history/evidence.ts';
import { admittedGate } from './sync-options.ts';

const operation: OperationState = { operation: {}, phase: 'Succeeded', startedAt: '2026-01-01T00:00:00Z' };
const evidence = { target: 't', at: 0, secrets: [] };
const entry = (id: number): RevisionHistory => ({ id, revision: 'a'.repeat(40), deployedAt: '2026-01-01T00:00:00Z' });

it.each<[string, ApplicationStatus, string | undefined]>([
  ['nothing was ever brought in', {}, undefined],
  ['Argo CD has brought it in', { history: [entry(3)], operationState: operation }, undefined],
  ['only an older revision has evidence', { history: [entry(0), entry(1)], operationState: withEvidence(operation, 0, evidence, 'old') }, undefined],
  ['an operation that is not over has evidence', { history: [entry(0)], operationState: withEvidence(operation, 1, evidence, 'next') }, undefined],
  ['there is evidence, and nobody has noted it down', { history: [entry(0)], operationState: withEvidence(operation, 0, evidence) }, undefined],
  ['it is on record', { history: [entry(0), entry(1)], operationState: withEvidence(withEvidence(operation, 0, evidence, 'old'), 1, evidence, 'new') }, 'new'],
])('what the barrier of the revision that is in was about is known only where it was noted down: %s', (_what, status, expected) => {
  expect(admittedGate(status)).toBe(expected);
});
