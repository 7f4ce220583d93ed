import { z } from 'zod';

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
  readonly sourceType?: 'Helm' | 'Kustomize' | 'Directory' | 'Plugin';
  readonly summary?: { readonly images?: readonly string[]; readonly externalURLs?: readonly string[] };
  /** The namespace of the controller that wrote the status. */
  readonly controllerNamespace?: string;
}

export type SyncCode = 'Synced' | 'OutOfSync' | 'Unknown';
export type HealthCode = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
export type OperationPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';

/** A source or destination as it stands in the manifest. */
export type Verbatim = Readonly<Record<string, unknown>>;

export interface SyncStatus {
  readonly status: SyncCode;
  readonly revision?: string;
  readonly comparedTo?: { readonly source?: Verbatim; readonly destination?: Verbatim };
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

/** The condition types that Argo CD knows and we write. */
export type ApplicationConditionType =
  | 'DeletionError'
  | 'InvalidSpecError'
  | 'ComparisonError'
  | 'SyncError'
  | 'UnknownError'
  | 'SharedResourceWarning'
  | 'RepeatedResourceWarning';

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

const health = z.object({
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
});

const operationState = z.object({
  operation: verbatim,
  phase,
  message: z.string().exactOptional(),
  syncResult: z.object({ revision: z.string(), source: verbatim.exactOptional(), resources: z.array(resourceResult).exactOptional() }).exactOptional(),
  startedAt: time,
  finishedAt: time.exactOptional(),
  retryCount: z.int().exactOptional(),
});

const resource = z.object({
  group: z.string().exactOptional(),
  version: z.string().exactOptional(),
  kind: z.string().exactOptional(),
  namespace: z.string().exactOptional(),
  name: z.string().exactOptional(),
  status: syncCode.exactOptional(),
  health: health.exactOptional(),
  hook: z.boolean().exactOptional(),
  requiresPruning: z.boolean().exactOptional(),
  syncWave: z.int().exactOptional(),
});

const revisionHistory = z.object({
  id: z.int(),
  revision: z.string().exactOptional(),
  source: verbatim.exactOptional(),
  deployStartedAt: time.exactOptional(),
  deployedAt: time,
  initiatedBy: z.object({ automated: z.boolean().exactOptional(), username: z.string().exactOptional() }).exactOptional(),
});

/** `status` of an Application. There is no status subresource: it is written with the object. */
export const applicationStatus: z.ZodType<ApplicationStatus> = z.object({
  sync: z
    .object({
      status: syncCode,
      revision: z.string().exactOptional(),
      comparedTo: z.object({ source: verbatim.exactOptional(), destination: verbatim.exactOptional() }).exactOptional(),
    })
    .exactOptional(),
  health: health.exactOptional(),
  operationState: operationState.exactOptional(),
  resources: z.array(resource).exactOptional(),
  history: z.array(revisionHistory).exactOptional(),
  conditions: z.array(z.object({ type: z.string(), message: z.string(), lastTransitionTime: time.exactOptional() })).exactOptional(),
  reconciledAt: time.exactOptional(),
  sourceType: z.enum(['Helm', 'Kustomize', 'Directory', 'Plugin']).exactOptional(),
  summary: z.object({ images: z.array(z.string()).exactOptional(), externalURLs: z.array(z.string()).exactOptional() }).exactOptional(),
  controllerNamespace: z.string().exactOptional(),
});
