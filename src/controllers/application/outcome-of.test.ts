import { describe, expect, it } from 'vitest';
import { parseApplication } from '../../api/application.ts';
import { parseOperation } from '../../api/application-operation.ts';
import type { OperationState } from '../../api/application-status.ts';
import type { Stop } from '../../gitops/apply/sync-run.ts';
import { failOperation, startOperation, succeedOperation } from '../../gitops/history/operation.ts';
import { startRequested } from '../../gitops/history/requested-operation.ts';
import type { SyncDecision } from './decide.ts';
import { outcomeOf } from './outcome-of.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'devnet' }, spec: { project: 'default', source: { repoURL: 'r', path: '.' }, destination: { server: 'https://kubernetes.default.svc', namespace: 'devnet' } } });
if (!parsed.ok) throw new Error('the Application does not parse');
const application = parsed.value;
const target = { revision: 'a'.repeat(40), source: {}, destination: {} };
const aPart = { sync: { resources: [{ group: '', kind: 'ConfigMap', name: 'app' }] } };
const refused: Stop = { kind: 'refused', phase: 'barrier', message: 'it cannot be' };

/** What somebody has asked for. */
function asked(operation: object): OperationState {
  const request = parseOperation(operation);
  if (!request.ok) throw new Error('the request does not parse');
  return startRequested(operation, request.value, { ...target, head: target.revision }, now);
}

const automated = startOperation({ ...target, prune: false, allowEmpty: false, automated: true }, now);
const sync = (operation: OperationState): SyncDecision => ({ kind: 'sync', operation, isNew: false });
const succeeded = (operation: OperationState): OperationState => succeedOperation(operation, 'done', now);
const failed = (operation: OperationState): OperationState => failOperation(operation, { message: 'no', refused: true, now }, application.spec.syncPolicy.retry);

describe('what a pass means to the queue', () => {
  it.each<[string, OperationState, SyncDecision, Stop | undefined, readonly unknown[]]>([
    ['a part, which is in: the rest is looked at', succeeded(asked(aPart)), sync(asked(aPart)), undefined, ['synced', 1_000]],
    ['a trial of all of it: that is looked at', succeeded(asked({ sync: { dryRun: true } })), sync(asked({ sync: { dryRun: true } })), undefined, ['synced', 1_000]],
    ['a part, which has failed for good: the rest is looked at', failed(asked(aPart)), sync(asked(aPart)), refused, ['failed', 1_000]],
    ['what is in, while the operation on record was about a part: nothing more', succeeded(asked(aPart)), { kind: 'heal' }, undefined, ['synced', undefined]],
    ['what is in and cannot be put back, while that had failed: it is tried again', failed(asked(aPart)), { kind: 'heal' }, refused, ['failed', 1_000]],
    ['all of it, which is in: nothing more', succeeded(automated), sync(automated), undefined, ['synced', undefined]],
    ['all of it, which has failed for good: not soon', failed(automated), sync(automated), refused, ['failed', 600_000]],
  ])('of %s', (_what, operationState, decision, stop, expected) => {
    const outcome = outcomeOf({ result: { stop }, status: { operationState } }, decision, { application }, now);

    expect([outcome.kind, outcome.kind === 'failed' ? outcome.retryAfter : outcome.kind === 'synced' ? outcome.requeueAfter : undefined]).toEqual(expected);
  });
});
