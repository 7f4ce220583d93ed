import type { RetryPolicy } from '../../api/application-spec.ts';
import type { OperationState, ResourceResult, RevisionHistory, Verbatim } from '../../api/application-status.ts';
import { textAt } from '../health/live-field.ts';
import { admittedInfo } from './admitted.ts';
import { aheadInfo } from './ahead.ts';
import { evidenceInfo } from './evidence.ts';
import { infoOf, withInfo } from './operation-info.ts';
import { nextAttempt } from './retry.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';

/** What an operation brings in. */
export interface OperationTarget {
  readonly revision: string;
  /** As it stands in the manifest. */
  readonly source: Verbatim;
  readonly destination: Verbatim;
  readonly prune: boolean;
  readonly allowEmpty: boolean;
  /** False: a person asked for it. */
  readonly automated: boolean;
  /** That person, where it is known. */
  readonly by?: string;
  /** What the Application's sync policy says of every sync, as it stands in the manifest: for people, and Argo CD's programs. */
  readonly policy?: { readonly syncOptions?: unknown; readonly retry?: unknown };
}

/** Longer messages are cut: the API server would take them, a list of Applications would not be readable. */
const longestMessage = 1024;

export function clip(message: string): string {
  return message.length > longestMessage ? `${message.slice(0, longestMessage - 1)}…` : message;
}

const destinationInfo = 'destination';
const pruningInfo = 'pruning';
const valuesInfo = 'values';

/** Names of what is noted down with an operation: nobody's request may speak in them. */
export const recordInfos: ReadonlySet<string> = new Set([destinationInfo, pruningInfo, valuesInfo, evidenceInfo, aheadInfo, admittedInfo]);

/** What an operation may delete, as one comparable text. */
export function pruningOf({ prune, allowEmpty }: Pick<OperationTarget, 'prune' | 'allowEmpty'>): string {
  return prune && allowEmpty ? 'all' : prune ? 'some' : 'none';
}

/** The destination an operation was started for; undefined for one of Argo CD's. */
export function operationDestination(operation: OperationState): string | undefined {
  return infoOf(operation, destinationInfo);
}

/** What it may delete, as `pruningOf` has it; undefined for one of Argo CD's. */
export function operationPruning(operation: OperationState): string | undefined {
  return infoOf(operation, pruningInfo);
}

/** Who asked for an operation. */
export function initiatorOf({ operation }: OperationState): NonNullable<RevisionHistory['initiatedBy']> {
  const username = textAt(operation, 'initiatedBy', 'username');
  return username === undefined ? { automated: true } : { username };
}

/** Which versions its charts' values were read from when it was brought in, or healed last; undefined where they take none. */
export function operationValues(operation: OperationState): string | undefined {
  return infoOf(operation, valuesInfo);
}

/** Puts on record which versions its charts' values were read from: no value, and nothing that is made of one. */
export function withValueVersions(operation: OperationState, versions: string | undefined): OperationState {
  return withInfo(operation, valuesInfo, versions);
}

/** A new operation. It begins without failures: a new commit makes a fresh start. */
export function startOperation(target: OperationTarget, now: number): OperationState {
  // without a policy, Argo CD's automated syncs are tried five times again, and others are not (appcontroller.go, autoSync)
  const { syncOptions, retry = target.automated ? { limit: 5 } : {} } = target.policy ?? {};
  return {
    operation: {
      sync: { revision: target.revision, ...(target.prune ? { prune: true } : {}), ...(syncOptions === undefined ? {} : { syncOptions }) },
      retry,
      initiatedBy: target.automated ? { automated: true } : { username: target.by ?? 'prelude' },
      // Argo CD's result has the source and not the destination; `info` is its place for what one wants to add
      info: [
        { name: destinationInfo, value: JSON.stringify(target.destination) },
        { name: pruningInfo, value: pruningOf(target) },
      ],
    },
    phase: 'Running',
    message: 'started',
    syncResult: { revision: target.revision, source: target.source },
    startedAt: formatTimestamp(now),
  };
}

/** The operation goes on, and waits for something: no failure, and nothing of the retry limit is spent. */
export function continueOperation(operation: OperationState, message: string): OperationState {
  const { finishedAt: _finishedAt, ...rest } = operation;
  return { ...rest, phase: 'Running', message: clip(message) };
}

/** Why an attempt has failed, and when. */
export interface Failure {
  readonly message: string;
  /** Trying again soon cannot help: a person must change something. */
  readonly refused: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** An attempt has failed. Argo CD keeps the phase at Running with a `finishedAt` while it waits to try again. */
export function failOperation(operation: OperationState, failure: Failure, policy: RetryPolicy): OperationState {
  const { message, refused, now } = failure;
  const retryCount = (operation.retryCount ?? 0) + 1;
  const { after, withinLimit } = nextAttempt(policy, retryCount);
  const finished = { ...operation, finishedAt: formatTimestamp(now), retryCount };
  if (refused || !withinLimit) return { ...finished, phase: 'Failed', message: clip(message) };
  return { ...finished, phase: 'Running', message: clip(`${message}. Retrying attempt #${retryCount} at ${formatTimestamp(now + after)}`) };
}

export function succeedOperation(operation: OperationState, message: string, now: number): OperationState {
  return { ...operation, phase: 'Succeeded', message: clip(message), finishedAt: formatTimestamp(now) };
}

/** Adds what became of the objects. */
export function withResults(operation: OperationState, resources: readonly ResourceResult[]): OperationState {
  return operation.syncResult === undefined ? operation : { ...operation, syncResult: { ...operation.syncResult, resources } };
}

/**
 * Milliseconds until the operation may be tried again; 0 while it has not failed, or when its time has come.
 * A phase of Failed with attempts left was refused, and waits as long as one whose limit is spent.
 */
export function untilNextAttempt(operation: OperationState, policy: RetryPolicy, now: number): number {
  const failures = operation.retryCount ?? 0;
  if (operation.finishedAt === undefined || operation.phase === 'Succeeded' || failures === 0) return 0;
  const spent = operation.phase === 'Failed' ? { ...policy, limit: 0 } : policy;
  const due = Date.parse(operation.finishedAt) + nextAttempt(spent, failures).after;
  return Number.isNaN(due) ? 0 : Math.max(0, due - now);
}
