import { createHash } from 'node:crypto';
import { parseRecordedOperation, type RequestedOperation } from '../../api/application-operation.ts';
import type { ApplicationStatus, OperationState, Verbatim } from '../../api/application-status.ts';
import type { ObjectRef } from '../apply/object/object-ref.ts';
import { fieldAt, listAt } from '../health/live-field.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import { infoOf } from './operation-info.ts';
import { clip, type OperationTarget, recordInfos, startOperation } from './operation.ts';

const requestInfo = 'request';
const headInfo = 'head';

/** Tells one request from another. */
function nameOf(asked: unknown): string {
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16);
}

export interface RequestTarget extends Pick<OperationTarget, 'revision' | 'source' | 'destination'> {
  /** What the sources stand for as it is asked for. */
  readonly head: string;
}

function fields(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** What somebody says of a request, but for what is on record under the same names. */
function withoutRecords<T>(info: readonly T[]): readonly T[] {
  return info.filter((one) => {
    const name = fieldAt(one, 'name');
    return typeof name !== 'string' || (!recordInfos.has(name) && name !== requestInfo && name !== headInfo);
  });
}

/** Puts a request on record as it was made, with the revision that it came to. */
export function startRequested(asked: unknown, request: RequestedOperation, target: RequestTarget, now: number): OperationState {
  const started = startOperation({ ...target, prune: request.prune, allowEmpty: false, automated: false }, now);
  const info = [...withoutRecords(request.info), ...listAt(started.operation, 'info'), { name: requestInfo, value: nameOf(asked) }, { name: headInfo, value: target.head }];
  const initiatedBy = Object.keys(request.initiatedBy).length === 0 ? { username: 'unknown' } : request.initiatedBy;
  const sync = { ...fields(fieldAt(asked, 'sync')), revision: target.revision };
  return { ...started, operation: { ...fields(asked), sync, initiatedBy, info } };
}

/** What was asked for, where the operation on record is one that somebody asked for. */
export function requestOf(state: OperationState | undefined): RequestedOperation | undefined {
  if (state === undefined || infoOf(state, requestInfo) === undefined) return undefined;
  const parsed = parseRecordedOperation(state.operation);
  return parsed.ok ? parsed.value : undefined;
}

/** Whether the operation on record is a request that cannot be read. It may have been about a part, or a dry run: it is not gone on with. */
export function isUnreadable(state: OperationState | undefined): boolean {
  return state !== undefined && infoOf(state, requestInfo) !== undefined && requestOf(state) === undefined;
}

/** That request, as a finished operation. */
export function unreadableOperation(state: OperationState, now: number): OperationState {
  return { ...state, phase: 'Error', message: 'the request on record (status.operationState.operation) cannot be read, so it is not gone on with; ask for the sync again', finishedAt: formatTimestamp(now) };
}

/** Whether the operation on record is this very request: it was taken, and the field could not be removed. */
export function isTaken(state: OperationState | undefined, asked: unknown): boolean {
  return state?.phase === 'Running' && infoOf(state, requestInfo) === nameOf(asked);
}

/** Whether the sources stand for something else since it was asked for. */
export function isSuperseded(state: OperationState, head: string): boolean {
  return infoOf(state, headInfo) !== head;
}

/** Whether an operation, once it has succeeded, has brought in less than everything. */
export function isPartial(request: RequestedOperation | undefined): boolean {
  return request !== undefined && (request.dryRun || request.resources.length > 0);
}

/** Which objects a selective sync is about; undefined for all. */
export function selectionOf({ resources }: RequestedOperation): ((ref: ObjectRef) => boolean) | undefined {
  if (resources.length === 0) return undefined;
  return (ref) => resources.some(({ group, kind, name, namespace }) => group === ref.group && kind === ref.kind && name === ref.name && (namespace ?? ref.namespace) === ref.namespace);
}

/** A request that cannot be carried out, as a finished operation. */
export function refusedOperation(asked: unknown, message: string, now: number): OperationState {
  const time = formatTimestamp(now);
  const said = listAt(asked, 'info');
  return { operation: { ...fields(asked), ...(said.length === 0 ? {} : { info: withoutRecords(said) }) }, phase: 'Error', message: clip(message), startedAt: time, finishedAt: time };
}

/** An operation that somebody has stopped (Argo CD's CLI sets the phase `Terminating`). */
export function terminatedOperation(state: OperationState, now: number): OperationState {
  return { ...state, phase: 'Failed', message: 'operation terminated', finishedAt: formatTimestamp(now), retryCount: (state.retryCount ?? 0) + 1 };
}

/**
 * The operation that tells what is in. One that was only about a part, or wrote nothing, tells nothing of the whole: then the history does.
 */
export function standingOperation(status: Pick<ApplicationStatus, 'operationState' | 'history'>): OperationState | undefined {
  const { operationState, history = [] } = status;
  if (operationState?.phase !== 'Error' && !isUnreadable(operationState) && !isPartial(requestOf(operationState))) return operationState;
  const last = history.at(-1);
  if (last?.revision === undefined) return undefined;
  const source: { readonly source?: Verbatim } = last.source === undefined ? {} : { source: last.source };
  return { operation: {}, phase: 'Succeeded', startedAt: last.deployStartedAt ?? last.deployedAt, finishedAt: last.deployedAt, syncResult: { revision: last.revision, ...source } };
}
