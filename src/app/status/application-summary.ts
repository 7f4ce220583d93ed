import { parseApplicationStatus } from '../../api/application.ts';
import type { ApplicationStatus, HealthCode, OperationPhase, SyncCode } from '../../api/application-status.ts';
import type { KubeObject } from '../../api/object.ts';

/** How one Application fares, in a line. */
export interface ApplicationSummary {
  readonly namespace: string;
  readonly name: string;
  readonly sync: SyncCode;
  readonly health: HealthCode;
  /** What it is at, or is being brought to. */
  readonly revision?: string;
  /** What it waits for, or what is wrong with it. */
  readonly waitsFor?: string;
  /** How far the sync of `revision` is. */
  readonly phase?: OperationPhase;
  /** When the last sync ended, RFC 3339. */
  readonly syncedAt?: string;
}

/** Sums an Application up from what its controller has put on record; one that no controller has seen is Unknown. */
export function summarise(application: KubeObject): ApplicationSummary {
  const { namespace = '', name } = application.metadata;
  const status = parseApplicationStatus(application);
  const { sync, health, operationState } = status;
  const waitsFor = troubleOf(status);
  const syncedAt = status.history?.at(-1)?.deployedAt ?? (operationState?.phase === 'Succeeded' ? operationState.finishedAt : undefined);
  return {
    namespace,
    name,
    sync: sync?.status ?? 'Unknown',
    health: health?.status ?? 'Unknown',
    ...(sync?.revision === undefined || sync.revision === '' ? {} : { revision: sync.revision }),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    ...(operationState === undefined ? {} : { phase: operationState.phase }),
    ...(syncedAt === undefined ? {} : { syncedAt }),
  };
}

/** What must be known first: what cannot be read comes before what does not get on, and that before what fares badly. */
function troubleOf(status: ApplicationStatus): string | undefined {
  const { conditions = [], operationState, health } = status;
  const told = (...types: readonly string[]): string | undefined => conditions.find(({ type }) => types.includes(type))?.message;
  const pending = operationState === undefined || operationState.phase === 'Succeeded' ? undefined : operationState.message;
  const ailing = health?.status === undefined || health.status === 'Healthy' ? undefined : health.message;
  const unseen = status.sync === undefined ? 'no controller has looked at it yet' : undefined;
  return [told('InvalidSpecError', 'ComparisonError'), pending, told('SyncError', 'DeletionError', 'UnknownError'), told('WaitingWarning'), ailing, told('RollbackWarning'), unseen].find((text) => text !== undefined && text !== '');
}
