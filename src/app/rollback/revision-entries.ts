import { parseApplicationStatus } from '../../api/application.ts';
import type { ApplicationStatus, OperationState, RevisionHistory } from '../../api/application-status.ts';
import type { KubeObject } from '../../api/object.ts';
import { evidenceLog, nextId, type RevisionEvidence } from '../../gitops/history/evidence.ts';
import { initiatorOf } from '../../gitops/history/operation.ts';
import { readRecord } from '../../gitops/history/rollback-policy.ts';

/** One sync of an Application: one that brought a revision in, or the one that is under way or has failed. */
export interface RevisionEntry {
  /** Grows by one with each; absent for one that has brought nothing in yet. */
  readonly id?: number;
  readonly revision: string;
  /** RFC 3339. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Milliseconds from the first write, or the first wait, to the end. */
  readonly took?: number;
  /** A person's name, or `automated`. */
  readonly initiatedBy: string;
  readonly result: 'synced' | 'running' | 'failed';
  /** What it waits for, or why it has failed. */
  readonly message?: string;
  /** What is in now. */
  readonly current?: true;
  /** It stood in the history before: somebody, or the controller, has gone back to it. */
  readonly wentBack?: true;
  /** The newest one that was healthy, and the newest that was given up; known where `prelude.dev/auto-rollback` is set. */
  readonly verdict?: 'healthy' | 'given up';
  /** Which Secrets it waited for, each of them current as the barrier opened; absent where it needed none, or that is not known any more. */
  readonly evidence?: RevisionEvidence;
}

/** What an Application has been through, the newest first. */
export function revisionEntries(application: KubeObject): readonly RevisionEntry[] {
  const status = parseApplicationStatus(application);
  const history = status.history ?? [];
  const { healthy, bad } = readRecord(application.metadata);
  const verdictOf = (revision: string): Pick<RevisionEntry, 'verdict'> => (revision === bad ? { verdict: 'given up' } : revision === healthy ? { verdict: 'healthy' } : {});
  const log = evidenceLog(status);
  const evidenceOf = (id: number): Pick<RevisionEntry, 'evidence'> => {
    const evidence = log.get(id);
    return evidence === undefined ? {} : { evidence };
  };
  const past = history.map((entry, index): RevisionEntry => ({
    ...deployment(entry),
    ...evidenceOf(entry.id),
    ...(index === history.length - 1 ? { current: true } : {}),
    ...(history.slice(0, index).some(({ revision }) => revision !== undefined && revision === entry.revision) && history[index - 1]?.revision !== entry.revision ? { wentBack: true } : {}),
    ...verdictOf(entry.revision ?? ''),
  }));
  const unfinished = unfinishedOf(status).map((entry) => ({ ...entry, ...evidenceOf(nextId(history)), ...verdictOf(entry.revision) }));
  return [...unfinished, ...past.toReversed()];
}

function deployment({ id, revision = '', deployStartedAt, deployedAt, initiatedBy }: RevisionHistory): RevisionEntry {
  return {
    id,
    revision,
    ...times(deployStartedAt, deployedAt),
    initiatedBy: initiatedBy?.username ?? (initiatedBy?.automated === true ? 'automated' : ''),
    result: 'synced',
  };
}

/** What has not come to its end is no part of Argo CD's history, and is what one asks for it most. */
function unfinishedOf({ operationState }: ApplicationStatus): readonly RevisionEntry[] {
  if (operationState?.syncResult === undefined || operationState.phase === 'Succeeded') return [];
  const { phase, message, startedAt, finishedAt, syncResult } = operationState;
  const result = phase === 'Failed' || phase === 'Error' ? 'failed' : 'running';
  return [{ revision: syncResult.revision, ...times(startedAt, result === 'failed' ? finishedAt : undefined), initiatedBy: nameOf(operationState), result, ...(message === undefined ? {} : { message }) }];
}

function nameOf(operation: OperationState): string {
  return initiatorOf(operation).username ?? 'automated';
}

function times(startedAt: string | undefined, endedAt: string | undefined): Pick<RevisionEntry, 'startedAt' | 'endedAt' | 'took'> {
  const took = startedAt === undefined || endedAt === undefined ? Number.NaN : Date.parse(endedAt) - Date.parse(startedAt);
  return { ...(startedAt === undefined ? {} : { startedAt }), ...(endedAt === undefined ? {} : { endedAt }), ...(Number.isNaN(took) ? {} : { took }) };
}
