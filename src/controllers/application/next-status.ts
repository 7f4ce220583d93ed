import type { ApplicationStatus, OperationState, ResourceStatus } from '../../api/application-status.ts';
import type { Health } from '../../gitops/health/health.ts';
import { healthStatus } from '../../gitops/history/application-health.ts';
import { mergeConditions } from '../../gitops/history/application-conditions.ts';
import type { ConditionNote } from '../../gitops/history/application-conditions.ts';
import { failOperation, continueOperation, succeedOperation, withResults } from '../../gitops/history/operation.ts';
import { resultsOf } from '../../gitops/history/resource-status.ts';
import { addHistory } from '../../gitops/history/revision-history.ts';
import type { SyncResult } from '../../gitops/apply/sync.ts';
import type { ObjectRef } from '../../gitops/apply/object/object-ref.ts';
import { refKey } from '../../gitops/apply/object/object-ref.ts';
import { inventoryOfStatus } from '../../gitops/history/inventory.ts';
import { missingInventory } from '../../gitops/apply/prune/prune.ts';
import type { SyncDecision } from './decide.ts';
import type { Observed } from './observe.ts';

/** Conditions that come of a pass. */
function notesOf(observed: Observed, result: SyncResult, decision: SyncDecision): readonly ConditionNote[] {
  const notes: ConditionNote[] = [...observed.notes];
  const shared = [...result.outcomes.values()].find((outcome) => outcome.shared === true);
  if (shared !== undefined) notes.push({ type: 'SharedResourceWarning', message: `${shared.ref.kind} ${shared.ref.name}: ${shared.message}` });
  if (result.stop !== undefined && result.stop.kind !== 'waiting') notes.push({ type: 'SyncError', message: result.stop.message });
  if (result.pruneRefused !== undefined) notes.push({ type: 'SyncError', message: result.pruneRefused });
  // the list is complete again once it is written, but what was lost stays lost until the next revision
  const told = observed.application.status.conditions?.some(({ message }) => message === missingInventory) === true;
  if (told && decision.kind !== 'sync' && result.pruneRefused === undefined) notes.push({ type: 'SyncError', message: missingInventory });
  return notes;
}

/** How the operation on record continues after a pass. A pass that only heals or compares leaves it as it is. */
function nextOperation(observed: Observed, decision: SyncDecision, result: SyncResult, now: number): OperationState | undefined {
  if (decision.kind !== 'sync') return observed.application.status.operationState;
  const { stop } = result;
  const operation = withResults(decision.operation, resultsOf(result.outcomes.values(), decision.operation.syncResult?.resources));
  if (stop === undefined) return succeedOperation(operation, result.pruneRefused ?? 'successfully synced', now);
  if (stop.kind === 'waiting') return continueOperation(operation, stop.message);
  return failOperation(operation, { message: stop.message, refused: stop.kind === 'refused', now }, observed.application.spec.syncPolicy.retry);
}

/** Before the first write of an operation: the operation, and every object that it may make, so that none is ever forgotten. */
export function statusAtStart(observed: Observed, operation: OperationState, desired: readonly ObjectRef[]): ApplicationStatus {
  const { status } = observed.application;
  const known = status.resources ?? [];
  const keys = new Set((inventoryOfStatus(status) ?? []).map(refKey));
  const added = desired.filter((ref) => !keys.has(refKey(ref))).map((ref): ResourceStatus => ({ ...ref, status: 'OutOfSync' }));
  const { source, destination, revision } = observed.target;
  return {
    ...status,
    sync: { status: 'OutOfSync', revision, comparedTo: { source, destination } },
    operationState: continueOperation(operation, operation.message ?? ''),
    resources: [...known, ...added],
  };
}

export interface PassFacts {
  readonly observed: Observed;
  readonly decision: SyncDecision;
  readonly result: SyncResult;
  readonly resources: readonly ResourceStatus[];
  readonly health: Health;
  readonly now: number;
}

/** The whole status after a pass. */
export function statusAfter({ observed, decision, result, resources, health, now }: PassFacts): ApplicationStatus {
  const { status, spec } = observed.application;
  const { source, destination, revision } = observed.target;
  const operation = nextOperation(observed, decision, result, now);
  const inSync = result.stop === undefined && resources.every((resource) => resource.status === 'Synced');
  const deployed = decision.kind === 'sync' && result.stop === undefined;
  const automated = spec.syncPolicy.automated !== undefined;
  const history = deployed
    ? addHistory(status.history ?? [], { revision, source, startedAt: decision.operation.startedAt, automated }, { limit: spec.revisionHistoryLimit, now })
    : status.history;
  return {
    ...status,
    sync: { status: inSync ? 'Synced' : 'OutOfSync', revision, comparedTo: { source, destination } },
    health: healthStatus(status.health, health, now),
    ...(operation === undefined ? {} : { operationState: operation }),
    resources,
    ...(history === undefined ? {} : { history }),
    conditions: mergeConditions(status.conditions ?? [], notesOf(observed, result, decision), now),
    sourceType: 'Directory',
  };
}
