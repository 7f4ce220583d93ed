import type { ApplicationStatus } from '../../api/application-status.ts';

/** An Application that another one waits for, as far as it is known. */
export interface Dependency {
  /** `namespace/name`. */
  readonly name: string;
  /** Undefined: there is no such Application. */
  readonly status: ApplicationStatus | undefined;
  /** Its status is about what it asks for now. */
  readonly isCurrent: boolean;
  /** A commit that it must have come to and has not: both read the same branch. */
  readonly missingCommit?: string;
  /** Whether its messages may be told: those of another namespace's are not. */
  readonly tellsMessages: boolean;
  /** Nothing runs in its cluster, so that nobody knows its health: that it is in is enough. */
  readonly isRecorded: boolean;
}

/**
 * What keeps an Application from being brought in: Applications that are not in and healthy. A success that is about an older spec, or about
 * an older commit where both follow the same branch, says nothing of what is wanted now.
 */
export function awaitedDependencies(dependencies: readonly Dependency[]): readonly string[] {
  return dependencies.flatMap((dependency) => {
    const state = stateOf(dependency);
    return state === undefined ? [] : [`Application ${dependency.name} ${state}`];
  });
}

function stateOf({ status, isCurrent, missingCommit, tellsMessages, isRecorded }: Dependency): string | undefined {
  if (status === undefined) return 'does not exist';
  const { sync, health, operationState } = status;
  const because = (message: string | undefined): string => (tellsMessages && message !== undefined && message !== '' ? `: ${message}` : '');
  if (sync === undefined) return 'is not in: it has not been looked at yet';
  if (!isCurrent) return 'is not in as it is declared now';
  if (missingCommit !== undefined) return `is not at ${missingCommit.slice(0, 12)} yet`;
  if (sync.status !== 'Synced') return operationState === undefined || operationState.phase === 'Succeeded' ? `is ${sync.status}` : `is not in${because(operationState.message)}`;
  if (operationState?.phase === 'Running' || operationState?.phase === 'Terminating') return `is not in${because(operationState.message)}`;
  const isGood = health?.status === 'Healthy' || (isRecorded && health?.status === 'Unknown');
  return isGood ? undefined : `is ${health?.status ?? 'Unknown'}${because(health?.message)}`;
}
