import type { RequestedOperation } from '../../api/application-operation.ts';
import type { ApplicationStatus, OperationState, ResourceStatus, SyncStatus } from '../../api/application-status.ts';
import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { listAt } from '../../gitops/health/live-field.ts';
import { externalUrls } from '../../gitops/history/external-urls.ts';
import { imagesByObject, summaryImages } from '../../gitops/history/images.ts';
import type { Health } from '../../gitops/health/health.ts';
import { takeAdmitted, touchAdmitted, untouchAdmitted, withAdmitted } from '../../gitops/history/admitted.ts';
import { withoutAhead } from '../../gitops/history/ahead.ts';
import { healthStatus } from '../../gitops/history/application-health.ts';
import { mergeConditions } from '../../gitops/history/application-conditions.ts';
import type { ConditionNote } from '../../gitops/history/application-conditions.ts';
import { failOperation, continueOperation, initiatorOf, succeedOperation, withResults, withValueVersions } from '../../gitops/history/operation.ts';
import { isPartial, requestOf, selectionOf } from '../../gitops/history/requested-operation.ts';
import { dryResultsOf, resultsOf } from '../../gitops/history/resource-status.ts';
import { addHistory } from '../../gitops/history/revision-history.ts';
import { nextId, withEvidence } from '../../gitops/history/evidence.ts';
import type { Evidence } from '../../gitops/apply/barrier/evidence.ts';
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
  const repeated = observed.plan.problems.filter(({ condition }) => condition === 'RepeatedResourceWarning').map(({ message }) => message);
  if (repeated.length > 0) notes.push({ type: 'RepeatedResourceWarning', message: summarise(repeated) });
  const shared = [...result.outcomes.values()].find((outcome) => outcome.shared === true);
  if (shared !== undefined) notes.push({ type: 'SharedResourceWarning', message: `${shared.ref.kind} ${shared.ref.name}: ${shared.message}` });
  if (result.stop !== undefined && result.stop.kind !== 'waiting') notes.push({ type: 'SyncError', message: result.stop.message });
  if (result.stop?.kind === 'waiting' && decision.kind === 'heal') notes.push({ type: 'WaitingWarning', message: result.stop.message });
  if (result.pruneRefused !== undefined) notes.push({ type: 'SyncError', message: result.pruneRefused });
  // the list is complete again once it is written, but what was lost stays lost until the next revision
  const told = observed.application.status.conditions?.some(({ message }) => message === missingInventory) === true;
  if (told && decision.kind !== 'sync' && result.pruneRefused === undefined) notes.push({ type: 'SyncError', message: missingInventory });
  return notes;
}

function successOf(request: RequestedOperation | undefined): string {
  if (request?.dryRun === true) return 'successfully synced (dry run)';
  return isPartial(request) ? 'successfully synced (selected objects)' : 'successfully synced';
}

/** How the operation on record continues after a pass. A pass that only heals or compares leaves it as it is. */
function nextOperation({ observed, decision, result, isLastWhole, evidence, now }: PassFacts): OperationState | undefined {
  const { stop } = result;
  const { history = [] } = observed.application.status;
  const destination = JSON.stringify(observed.target.destination);
  if (decision.kind !== 'sync') {
    const { operationState: known } = observed.application.status;
    if (decision.kind !== 'heal' || known === undefined) return known;
    // what was declared for another revision is so no more, whatever else cannot be put back
    if (stop !== undefined) return result.isDeclared === true ? untouchAdmitted(known, observed.application.status) : known;
    // values that have changed are brought in by healing, and are part of what the operation has left
    // a chart that was gone has passed the barrier anew
    const id = history.at(-1)?.id ?? 0;
    const whole = isLastWhole ? withoutAhead(known) : known;
    const healed = withEvidence(withValueVersions(whole, result.values), id, history.length === 0 ? undefined : evidence);
    return history.length === 0 || result.gate === undefined ? healed : withAdmitted(healed, { id, gate: result.gate, destination });
  }
  // what is on record of the revision that is in may have changed since the operation began
  const begun = takeAdmitted(observed.application.status.operationState, decision.operation);
  const request = requestOf(decision.operation);
  const only = request === undefined ? undefined : selectionOf(request);
  const outcomes = [...result.outcomes.values()].filter(({ ref }) => only?.(ref) ?? true);
  const operation = withResults(withEvidence(begun, nextId(history), evidence), request?.dryRun === true ? dryResultsOf(outcomes) : resultsOf(outcomes, decision.operation.syncResult?.resources, imagesByObject(observed.plan)));
  if (stop === undefined) {
    const done = withValueVersions(succeedOperation(operation, result.pruneRefused ?? successOf(request), now), result.values);
    return isPartial(request) || result.gate === undefined ? done : withAdmitted(done, { id: nextId(history), gate: result.gate, destination });
  }
  if (stop.kind === 'waiting') return continueOperation(operation, stop.message);
  return failOperation(operation, { message: stop.message, refused: stop.kind === 'refused', now }, request?.retry ?? observed.application.spec.syncPolicy.retry);
}

/** What is compared with what. */
function comparison({ target: { source, destination, revision }, raw }: Observed): Omit<SyncStatus, 'status'> {
  const ignored = listAt(raw, 'spec', 'ignoreDifferences');
  return { revision, comparedTo: { source, destination, ...(ignored.length === 0 ? {} : { ignoreDifferences: ignored }) } };
}

/** One type where there is one source, and one for each of several. */
function sourceTypes({ application, plan: { tools = [] } }: Observed): Pick<ApplicationStatus, 'sourceType' | 'sourceTypes'> {
  if (application.spec.sources !== undefined) return { sourceTypes: tools };
  return { sourceType: tools[0] ?? 'Directory' };
}

function summary({ plan }: Observed): NonNullable<ApplicationStatus['summary']> {
  const [images, externalURLs] = [summaryImages(plan), externalUrls(plan)];
  return { ...(images.length === 0 ? {} : { images }), ...(externalURLs.length === 0 ? {} : { externalURLs }) };
}

interface StartFacts {
  readonly desired: readonly ObjectRef[];
  /** The pass that follows may leave something declared otherwise than the last revision has it: what Secrets are made of. */
  readonly declaresOtherwise: boolean;
}

/** Before the first write of an operation: the operation, and every object that it may make, so that none is ever forgotten. */
export function statusAtStart(observed: Observed, operation: OperationState, { desired, declaresOtherwise }: StartFacts): ApplicationStatus {
  const { status } = observed.application;
  const known = status.resources ?? [];
  const keys = new Set((inventoryOfStatus(status) ?? []).map(refKey));
  const started = takeAdmitted(status.operationState, continueOperation(operation, operation.message ?? ''));
  const added = desired.filter((ref) => !keys.has(refKey(ref))).map((ref): ResourceStatus => ({ ...ref, status: 'OutOfSync' }));
  return {
    ...status,
    sync: { status: 'OutOfSync', ...comparison(observed) },
    operationState: declaresOtherwise ? touchAdmitted(started, status) : started,
    resources: [...known, ...added],
  };
}

export interface PassFacts {
  readonly observed: Observed;
  readonly decision: SyncDecision;
  readonly result: SyncResult;
  /** What was healed is the last revision of the history, or says the same: nothing is left of another one. */
  readonly isLastWhole: boolean;
  /** What the barrier of this target has opened on; absent where it has not. */
  readonly evidence?: Evidence;
  readonly resources: readonly ResourceStatus[];
  readonly health: Health;
  /** Where the controller looks after Applications by their bare names. */
  readonly controllerNamespace: string;
  readonly now: number;
}

/** The whole status after a pass. */
export function statusAfter(facts: PassFacts): ApplicationStatus {
  const { observed, decision, result, resources, health, controllerNamespace, now } = facts;
  const { status, spec } = observed.application;
  const { source, revision } = observed.target;
  const operation = nextOperation(facts);
  const inSync = result.stop === undefined && resources.every((resource) => resource.status === 'Synced');
  // Argo CD too: what brought in a part, or nothing, is no deployment
  const deployed = decision.kind === 'sync' && result.stop === undefined && !isPartial(requestOf(decision.operation));
  const history = deployed
    ? addHistory(status.history ?? [], { revision, source, startedAt: decision.operation.startedAt, initiatedBy: initiatorOf(decision.operation) }, { limit: spec.revisionHistoryLimit, now })
    : status.history;
  return {
    ...status,
    sync: { status: inSync ? 'Synced' : 'OutOfSync', ...comparison(observed) },
    health: healthStatus(status.health, health, now),
    ...(operation === undefined ? {} : { operationState: operation }),
    resources,
    ...(history === undefined ? {} : { history }),
    conditions: mergeConditions(status.conditions ?? [], notesOf(observed, result, decision), now),
    ...sourceTypes(observed),
    summary: summary(observed),
    controllerNamespace,
  };
}
