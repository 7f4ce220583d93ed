import { parseApplication, parseApplicationStatus } from '../../api/application.ts';
import type { ApplicationCondition, HealthCode, OperationPhase, ResourceStatus, SyncCode } from '../../api/application-status.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors } from '../../api/schema.ts';
import { readPin, type RollbackPin } from '../../gitops/history/rollback-pin.ts';
import { declaredWave, phaseOf } from '../../gitops/plan/object-order.ts';
import type { CommitFacts } from '../../gitops/source/commit-facts.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { type ApplicationSummary, summarise } from './application-summary.ts';
import { type LiveFacts, readLive } from './read-live.ts';
import { type Desired, type ObjectSource, readDesired, type ReadingMeans, type SourcePlaces } from './read-desired.ts';

/** An object, as Git wants it and as the cluster has it. No value of either is in here. */
export interface ObjectReport {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Absent: Git does not have it, or could not be asked. */
  readonly desired?: { readonly source: ObjectSource; readonly commit?: CommitFacts; readonly wave: number };
  readonly actual: LiveFacts & { readonly sync: SyncCode; readonly health?: HealthCode; readonly requiresPruning?: true };
}

/** One Application, desired and actual. */
export interface ApplicationReport extends ApplicationSummary {
  readonly destination?: string;
  readonly operation?: { readonly phase: OperationPhase; readonly message: string; readonly startedAt: string; readonly finishedAt?: string; readonly retries: number };
  readonly rollback?: RollbackPin;
  readonly conditions: readonly ApplicationCondition[];
  /** Those of its sources that it is at. */
  readonly commits: readonly CommitFacts[];
  readonly objects: readonly ObjectReport[];
  /** What could not be looked up, and why. */
  readonly unknown: readonly string[];
}

const noDesired: Desired = { objects: [], commits: new Map() };

/**
 * Gathers all that is known of one Application.
 * @throws KubeError
 */
export async function reportApplication(cluster: Cluster, object: KubeObject, { places, means }: { readonly places: SourcePlaces; readonly means: ReadingMeans }, signal: AbortSignal): Promise<ApplicationReport> {
  const status = parseApplicationStatus(object);
  const parsed = parseApplication(object);
  const unknown: string[] = parsed.ok ? [] : [`the Application is not valid: ${formatErrors(parsed.errors)}`];
  const wanted = status.sync?.revision ?? '';
  const isCommitted = wanted !== '' && !wanted.startsWith('worktree');
  let desired = noDesired;
  try {
    if (parsed.ok) desired = await readDesired(parsed.value, isCommitted ? wanted : undefined, places, means, signal);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    unknown.push(`what Git says: ${error.message}`);
  }
  if (isCommitted && desired.objects.some(({ source }) => source.revision === 'worktree')) unknown.push(`what Git says at ${wanted}: files and lines are those on disk`);
  const destination = parsed.ok ? parsed.value.spec.destination.namespace : undefined;
  const resources = withUnapplied(status.resources ?? [], desired, destination);
  const live = await readLive(cluster, resources, signal);
  const pin = parsed.ok ? readPin(parsed.value) : {};
  const { operationState: operation } = status;
  return {
    ...summarise(object),
    ...(destination === undefined ? {} : { destination }),
    ...(operation === undefined ? {} : { operation: operationFacts(operation) }),
    ...('pin' in pin && pin.pin !== undefined ? { rollback: pin.pin } : {}),
    conditions: status.conditions ?? [],
    commits: [...desired.commits.values()],
    objects: resources.map((resource) => objectReport(resource, desired, destination, live.facts(resource))),
    unknown: [...unknown, ...live.unknown],
  };
}

function operationFacts({ phase, message = '', startedAt, finishedAt, retryCount = 0 }: NonNullable<ReturnType<typeof parseApplicationStatus>['operationState']>): NonNullable<ApplicationReport['operation']> {
  return { phase, message, startedAt, ...(finishedAt === undefined ? {} : { finishedAt }), retries: retryCount };
}

/** What Git has stands first in its order; hooks are no part of an Application's state. */
function withUnapplied(resources: readonly ResourceStatus[], { objects }: Desired, destination: string | undefined): readonly ResourceStatus[] {
  const isHook = (phase: string): boolean => phase === 'preSync' || phase === 'postSync';
  const missing = objects.filter(({ rendered }) => !isHook(phaseOf(rendered.object)) && !resources.some((resource) => isSame(resource, rendered.object, destination)));
  const added = missing.map(({ rendered: { object } }): ResourceStatus => {
    const [group, version] = object.apiVersion.includes('/') ? object.apiVersion.split('/') : ['', object.apiVersion];
    const namespace = object.metadata.namespace ?? destination;
    return { ...(group === undefined ? {} : { group }), ...(version === undefined ? {} : { version }), kind: object.kind, ...(namespace === undefined ? {} : { namespace }), name: object.metadata.name, status: 'OutOfSync' };
  });
  return [...resources, ...added];
}

/** A renderer cannot tell whether a kind has namespaces; a resource on record without one is of the whole cluster. */
function isSame({ group = '', kind, namespace, name }: ResourceStatus, { apiVersion, kind: other, metadata }: KubeObject, destination: string | undefined): boolean {
  const itsGroup = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const inPlace = namespace === undefined || namespace === '' || namespace === (metadata.namespace ?? destination);
  return kind === other && name === metadata.name && group === itsGroup && inPlace;
}

function objectReport(resource: ResourceStatus, desired: Desired, destination: string | undefined, live: LiveFacts): ObjectReport {
  const { group = '', version = '', kind = '', namespace, name = '', status, health, requiresPruning } = resource;
  const found = desired.objects.findLast(({ rendered }) => isSame(resource, rendered.object, destination));
  const commit = found === undefined ? undefined : desired.commits.get(found.source.revision);
  return {
    ...{ group, version, kind },
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    name,
    ...(found === undefined ? {} : { desired: { source: found.source, ...(commit === undefined ? {} : { commit }), wave: declaredWave(found.rendered.object) ?? 0 } }),
    actual: { ...live, sync: status ?? 'Unknown', ...(health?.status === undefined ? {} : { health: health.status }), ...(requiresPruning === true ? { requiresPruning } : {}) },
  };
}
