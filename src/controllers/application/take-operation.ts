import { isDeepStrictEqual } from 'node:util';
import { parseOperation, type RequestedOperation } from '../../api/application-operation.ts';
import type { ApplicationStatus, OperationState } from '../../api/application-status.ts';
import { keyOf } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { fieldManager } from '../../gitops/apply/sync-run.ts';
import { untilNextAttempt } from '../../gitops/history/operation.ts';
import { isSuperseded, isTaken, isUnreadable, refusedOperation, requestOf, startRequested, terminatedOperation, unreadableOperation } from '../../gitops/history/requested-operation.ts';
import { isKubeError } from '../../kube/kube-error.ts';
import { applicationType } from '../../kube/resource-types.ts';
import type { ApplicationContext } from './context.ts';
import type { SyncDecision } from './decide.ts';
import type { Observed } from './observe.ts';

/** What somebody has asked for, at the revision that it is about; without a decision where nobody has. */
export interface Taken {
  readonly observed: Observed;
  readonly decision?: SyncDecision;
}

function withStatus(observed: Observed, status: ApplicationStatus): Observed {
  return { ...observed, application: { ...observed.application, status } };
}

/** What a request is put against: a newer commit supersedes it, unless nothing is synced without being asked. */
function headOf({ head, commit }: Observed): string {
  return head ?? commit;
}

/** The Application at another revision than the one it follows. A problem where it has no such revision, or must not be at it. */
async function atRevision(observed: Observed, revision: string | undefined, context: ApplicationContext, signal: AbortSignal): Promise<Observed | { readonly problem: string }> {
  const { target, commit, application, request } = observed;
  const isFollowed = revision === undefined || [target.revision, commit, application.spec.source.targetRevision].includes(revision);
  if (isFollowed) return observed;
  if (!/^[0-9a-f]{40,64}(,[0-9a-f]{40,64})*$/.test(revision)) return { problem: 'sync.revision must be a commit, by all its digits, or what the Application follows' };
  const good = await context.plans.at(request, revision, signal);
  if (good === undefined) return { problem: `revision ${revision} is not to be had from the sources, or its plan is refused` };
  return { ...observed, plan: good.plan, commit: good.commit, target: { ...target, revision: good.revision } };
}

/** Takes the request off the Application, as it was read: another one that has come since stays. */
async function removeField({ raw }: Observed, context: ApplicationContext, signal: AbortSignal): Promise<void> {
  const live = await context.cluster.get(applicationType, keyOf(raw), signal);
  if (live === undefined || live.metadata.uid !== raw.metadata.uid || !isDeepStrictEqual(live['operation'], raw['operation'])) return;
  const { operation: _operation, ...rest } = live;
  try {
    const after = await context.cluster.update(applicationType, { ...rest, apiVersion: live.apiVersion, kind: live.kind, metadata: live.metadata }, { fieldManager }, signal);
    context.statuses.amended(raw, after);
  } catch (error) {
    if (!isKubeError(error, 'absent')) throw error;
  }
}

async function refuse(observed: Observed, message: string, context: ApplicationContext, signal: AbortSignal): Promise<Taken> {
  const operationState = refusedOperation(observed.raw['operation'], message, context.clock.now());
  await context.statuses.write(observed.raw, { ...observed.application.status, operationState }, signal);
  await removeField(observed, context, signal);
  // the writer carries over what is on record of operations before
  return { observed: withStatus(observed, context.statuses.current(observed.raw)) };
}

async function start(observed: Observed, request: RequestedOperation, context: ApplicationContext, signal: AbortSignal): Promise<Taken> {
  const asked = observed.raw['operation'];
  if (request.source !== undefined && !isDeepStrictEqual(request.source, observed.target.source)) {
    return refuse(observed, 'operation.sync.source: another source than the Application has is not supported; change spec.source', context, signal);
  }
  const placed = await atRevision(observed, request.revision, context, signal);
  if ('problem' in placed) return refuse(observed, placed.problem, context, signal);
  const operation = startRequested(asked, request, { ...placed.target, head: headOf(observed) }, context.clock.now());
  // what could not be read again would be taken for a sync of everything
  if (isUnreadable(operation)) return refuse(observed, 'the request cannot be put on record: it is too large; ask for less', context, signal);
  await context.statuses.write(observed.raw, { ...observed.application.status, operationState: operation }, signal);
  await removeField(observed, context, signal);
  return { observed: withStatus(placed, context.statuses.current(observed.raw)), decision: { kind: 'sync', operation, isNew: true } };
}

/** Goes on with what was asked for and is not done. A newer commit takes over where syncs are automated. */
async function goOn(observed: Observed, state: OperationState, request: RequestedOperation, context: ApplicationContext, signal: AbortSignal): Promise<Taken> {
  const isAutomated = observed.application.spec.syncPolicy.automated !== undefined;
  if (isAutomated && isSuperseded(state, headOf(observed))) return { observed };
  const placed = await atRevision(observed, state.syncResult?.revision, context, signal);
  if ('problem' in placed) return { observed };
  const after = untilNextAttempt(state, request.retry, context.clock.now());
  return { observed: placed, decision: after > 0 ? { kind: 'backoff', operation: state, after } : { kind: 'sync', operation: state, isNew: false } };
}

/** The operation on record, once what somebody has stopped, or nobody can read, is over. */
function standing(known: OperationState | undefined, now: number): OperationState | undefined {
  if (known?.phase === 'Terminating') return terminatedOperation(known, now);
  return known?.phase === 'Running' && isUnreadable(known) ? unreadableOperation(known, now) : known;
}

/**
 * Argo CD's `operation` field: what somebody asks for is put on record, and the field removed, before anything is done; it goes on from the
 * record. The newest request counts.
 */
export async function takeOperation(before: Observed, context: ApplicationContext, signal: AbortSignal): Promise<Taken> {
  const { operationState: known } = before.application.status;
  const state = standing(known, context.clock.now());
  const observed = state === undefined || state === known ? before : withStatus(before, { ...before.application.status, operationState: state });
  const asked = observed.raw['operation'];
  if (asked !== undefined && asked !== null && !isTaken(state, asked)) {
    const parsed = parseOperation(asked);
    return parsed.ok ? start(observed, parsed.value, context, signal) : refuse(observed, formatErrors(parsed.errors), context, signal);
  }
  if (asked !== undefined && asked !== null) await removeField(observed, context, signal);
  const request = requestOf(state);
  return request === undefined || state?.phase !== 'Running' ? { observed } : goOn(observed, state, request, context, signal);
}
