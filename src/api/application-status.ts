import { z } from 'zod';
import { fromWire, isOfSeveral, revisionFields, sourceFields, toWireRevision, toWireSource } from './source-record.ts';

/**
 * The status of an Application, field by field as Argo CD writes it, because its UI, its CLI and scripts read it.
 * Times are RFC 3339 to the second.
 */
export interface ApplicationStatus {
  readonly sync?: SyncStatus;
  readonly health?: HealthStatus;
  readonly operationState?: OperationState;
  /** Every object of the Application; the inventory that pruning compares with. */
  readonly resources?: readonly ResourceStatus[];
  /** Full, successful syncs, the oldest first. */
  readonly history?: readonly RevisionHistory[];
  /** Argo CD's own shape: no status and no reason. What no longer holds is removed. */
  readonly conditions?: readonly ApplicationCondition[];
  readonly reconciledAt?: string;
  readonly sourceType?: SourceType;
  /** Where it has several sources. */
  readonly sourceTypes?: readonly SourceType[];
  readonly summary?: { readonly images?: readonly string[]; readonly externalURLs?: readonly string[] };
  /** The namespace of the controller that wrote the status. */
  readonly controllerNamespace?: string;
}

export type SourceType = 'Helm' | 'Kustomize' | 'Directory' | 'Plugin';
export type SyncCode = 'Synced' | 'OutOfSync' | 'Unknown';
export type HealthCode = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
export type OperationPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';

/** A source or destination as it stands in the manifest; several sources are `{ sources }`, and their revisions one text with commas. */
export type Verbatim = Readonly<Record<string, unknown>>;

export interface SyncStatus {
  readonly status: SyncCode;
  readonly revision?: string;
  readonly comparedTo?: { readonly source?: Verbatim; readonly destination?: Verbatim; readonly ignoreDifferences?: readonly unknown[] };
}

export interface HealthStatus {
  readonly status?: HealthCode;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

export interface OperationState {
  readonly operation: Verbatim;
  readonly phase: OperationPhase;
  readonly message?: string;
  readonly syncResult?: { readonly revision: string; readonly source?: Verbatim; readonly resources?: readonly ResourceResult[] };
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly retryCount?: number;
}

export interface ResourceResult {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly message?: string;
  readonly hookType?: string;
  readonly hookPhase?: OperationPhase;
  readonly syncPhase?: 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';
  readonly images?: readonly string[];
}

export interface ResourceStatus {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly status?: SyncCode;
  readonly health?: HealthStatus;
  readonly hook?: boolean;
  readonly requiresPruning?: boolean;
  /** It goes only once somebody has agreed. */
  readonly requiresDeletionConfirmation?: boolean;
  readonly syncWave?: number;
}

export interface RevisionHistory {
  /** Grows by one with each entry. */
  readonly id: number;
  readonly revision?: string;
  readonly source?: Verbatim;
  readonly deployStartedAt?: string;
  readonly deployedAt: string;
  readonly initiatedBy?: { readonly automated?: boolean; readonly username?: string };
}

/** The condition types that we write; Argo CD knows all but the last two. */
export type ApplicationConditionType =
  | 'DeletionError'
  | 'InvalidSpecError'
  | 'ComparisonError'
  | 'SyncError'
  | 'UnknownError'
  | 'SharedResourceWarning'
  | 'RepeatedResourceWarning'
  /** Ours: it is rolled back, or an annotation about that cannot be acted on. */
  | 'RollbackWarning'
  /** Ours: what is in waits for something as it is healed or brought in anew; the operation that brought it in is over and says nothing of that. */
  | 'WaitingWarning';

export interface ApplicationCondition {
  /** One of `ApplicationConditionType`, or what another writer left. */
  readonly type: string;
  readonly message: string;
  readonly lastTransitionTime?: string;
}

const time = z.string().meta({ format: 'date-time' });
const verbatim = z.record(z.string(), z.unknown());
const syncCode = z.enum(['Synced', 'OutOfSync', 'Unknown']);
const phase = z.enum(['Running', 'Terminating', 'Succeeded', 'Failed', 'Error']);

/** What is known of health, of an Application or of one of its objects. */
export const healthStatus = z.object({
  status: z.enum(['Healthy', 'Progressing', 'Degraded', 'Suspended', 'Missing', 'Unknown']).exactOptional(),
  message: z.string().exactOptional(),
  lastTransitionTime: time.exactOptional(),
});

const resourceResult = z.object({
  group: z.string(),
  version: z.string(),
  kind: z.string(),
  namespace: z.string(),
  name: z.string(),
  status: z.enum(['Synced', 'SyncFailed', 'Pruned', 'PruneSkipped']).exactOptional(),
  message: z.string().exactOptional(),
  hookType: z.string().exactOptional(),
  hookPhase: phase.exactOptional(),
  syncPhase: z.enum(['PreSync', 'Sync', 'PostSync', 'SyncFail']).exactOptional(),
  images: z.array(z.string()).exactOptional(),
});

const operationState = z.object({
  operation: verbatim,
  phase,
  message: z.string().exactOptional(),
  syncResult: z
    .object({ ...revisionFields, ...sourceFields, resources: z.array(resourceResult).exactOptional() })
    .transform(({ resources, ...record }) => ({ revision: '', ...fromWire(record), ...(resources === undefined ? {} : { resources }) }))
    .exactOptional(),
  startedAt: time,
  finishedAt: time.exactOptional(),
  retryCount: z.int().exactOptional(),
});

/** One entry of `status.resources`. */
export const resourceStatus = z.object({
  group: z.string().exactOptional(),
  version: z.string().exactOptional(),
  kind: z.string().exactOptional(),
  namespace: z.string().exactOptional(),
  name: z.string().exactOptional(),
  status: syncCode.exactOptional(),
  health: healthStatus.exactOptional(),
  hook: z.boolean().exactOptional(),
  requiresPruning: z.boolean().exactOptional(),
  requiresDeletionConfirmation: z.boolean().exactOptional(),
  syncWave: z.int().exactOptional(),
});

const revisionHistory = z
  .object({
    id: z.int(),
    ...revisionFields,
    ...sourceFields,
    deployStartedAt: time.exactOptional(),
    deployedAt: time,
    initiatedBy: z.object({ automated: z.boolean().exactOptional(), username: z.string().exactOptional() }).exactOptional(),
  })
  .transform(({ revision, revisions, source, sources, ...entry }): RevisionHistory => ({ ...entry, ...fromWire({ revision, revisions, source, sources }) }));

const comparedTo = z
  .object({ ...sourceFields, destination: verbatim.exactOptional(), ignoreDifferences: z.array(verbatim).exactOptional() })
  .transform(({ source, sources, ...rest }) => ({ ...rest, ...fromWire({ source, sources }) }));

const sourceType = z.enum(['Helm', 'Kustomize', 'Directory', 'Plugin']);

/** `status` of an Application. There is no status subresource: it is written with the object. */
export const applicationStatus: z.ZodType<ApplicationStatus> = z.object({
  sync: z
    .object({ status: syncCode, ...revisionFields, comparedTo: comparedTo.exactOptional() })
    .transform(({ revision, revisions, ...sync }) => ({ ...sync, ...fromWire({ revision, revisions }) }))
    .exactOptional(),
  health: healthStatus.exactOptional(),
  operationState: operationState.exactOptional(),
  resources: z.array(resourceStatus).exactOptional(),
  history: z.array(revisionHistory).exactOptional(),
  conditions: z.array(z.object({ type: z.string(), message: z.string(), lastTransitionTime: time.exactOptional() })).exactOptional(),
  reconciledAt: time.exactOptional(),
  sourceType: sourceType.exactOptional(),
  sourceTypes: z.array(sourceType).exactOptional(),
  summary: z.object({ images: z.array(z.string()).exactOptional(), externalURLs: z.array(z.string()).exactOptional() }).exactOptional(),
  controllerNamespace: z.string().exactOptional(),
});

/** A status as Argo CD writes it: what is about several sources stands under fields of its own. */
export function toWireStatus({ sync, operationState, history, ...status }: ApplicationStatus): Verbatim {
  return {
    ...status,
    ...(sync === undefined ? {} : { sync: wireSync(sync) }),
    ...(operationState === undefined ? {} : { operationState: wireOperation(operationState) }),
    ...(history === undefined ? {} : { history: history.map(wireHistory) }),
  };
}

function wireSync({ revision, comparedTo: compared, ...sync }: SyncStatus): Verbatim {
  const record = { ...(revision === undefined ? {} : { revision }), ...(compared?.source === undefined ? {} : { source: compared.source }) };
  const { source: _source, ...rest } = compared ?? {};
  return { ...sync, ...toWireRevision(record, isOfSeveral(record)), ...(compared === undefined ? {} : { comparedTo: { ...rest, ...toWireSource(record) } }) };
}

function wireOperation({ syncResult, ...state }: OperationState): Verbatim {
  if (syncResult === undefined) return state;
  const { revision, source, ...rest } = syncResult;
  const record = { revision, ...(source === undefined ? {} : { source }) };
  // the field is never left out, not even where it says nothing (types.go, SyncOperationResult)
  return { ...state, operation: wireRequest(state.operation, isOfSeveral(record)), syncResult: { revision: '', ...toWireRevision(record, isOfSeveral(record)), ...toWireSource(record), ...rest } };
}

/** What was asked for; it names the revision that it came to. */
function wireRequest(operation: Verbatim, isSeveral: boolean): Verbatim {
  const asked = verbatim.safeParse(operation['sync']);
  if (!isSeveral || !asked.success || typeof asked.data['revision'] !== 'string') return operation;
  const { revision, ...sync } = asked.data;
  return { ...operation, sync: { ...sync, revisions: revision.split(',') } };
}

function wireHistory({ revision, source, ...entry }: RevisionHistory): Verbatim {
  const record = { ...(revision === undefined ? {} : { revision }), ...(source === undefined ? {} : { source }) };
  return { ...entry, ...toWireRevision(record, isOfSeveral(record)), ...toWireSource(record) };
}
