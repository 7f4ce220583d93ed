import type { ResourceResult, ResourceStatus, SyncCode } from '../../api/application-status.ts';
import type { LiveView } from '../apply/object/live-view.ts';
import { keyOfRef, refKey } from '../apply/object/object-ref.ts';
import type { ObjectRef } from '../apply/object/object-ref.ts';
import type { ObjectOutcome } from '../apply/sync-run.ts';
import type { SyncResult } from '../apply/sync.ts';
import type { Health } from '../health/health.ts';
import { hasHealthRule } from '../health/assess-health.ts';
import { healthy, progressing } from '../health/health.ts';
import type { Cluster, Discovery } from '../../kube/port.ts';
import { externalSecretsGroup } from '../../api/names.ts';

/** What the statuses of objects are read from. */
export interface ResourceFacts {
  readonly cluster: Pick<Cluster, 'kind'>;
  readonly live: LiveView;
  readonly discovery: Discovery;
}

/** An object of the Application, and how it fares. Health is absent where nothing can be said of it. */
export interface JudgedResource {
  readonly status: ResourceStatus;
  readonly health: Health | undefined;
}

function apiVersionOfRef(ref: ObjectRef): string {
  return ref.group === '' ? ref.version : `${ref.group}/${ref.version}`;
}

/**
 * The health of one object from the watched view. A cluster that only records objects runs none of them, so nothing is said of
 * their health there; only ExternalSecrets and stores are served everywhere.
 */
function healthOf(ref: ObjectRef, outcome: ObjectOutcome | undefined, facts: ResourceFacts): Health | undefined {
  if (facts.cluster.kind === 'recorded' && ref.group !== externalSecretsGroup) return undefined;
  const type = facts.discovery.find(apiVersionOfRef(ref), ref.kind);
  const seen = type === undefined ? 'absent' : facts.live.look(type, keyOfRef(ref));
  if (typeof seen === 'object') return seen.health ?? healthy;
  if (seen === 'unknown') return undefined;
  // just applied: the watch has not told yet
  if (outcome?.status === 'Synced') return hasHealthRule({ apiVersion: apiVersionOfRef(ref), kind: ref.kind }) ? progressing('applied') : healthy;
  return { status: 'Missing', message: 'it is not there' };
}

function judge(ref: ObjectRef, facts: ResourceFacts, more: { readonly outcome?: ObjectOutcome | undefined; readonly leftover: boolean }): JudgedResource {
  const { outcome, leftover } = more;
  const health = healthOf(ref, outcome, facts);
  const code: SyncCode = !leftover && outcome?.status === 'Synced' ? 'Synced' : 'OutOfSync';
  const status: ResourceStatus = {
    ...ref,
    status: code,
    ...(health === undefined ? {} : { health: { status: health.status } }),
    ...(outcome === undefined || outcome.wave === 0 ? {} : { syncWave: outcome.wave }),
    ...(leftover ? { requiresPruning: true } : {}),
  };
  return { status, health: leftover ? undefined : health };
}

/** `status.resources`: everything Git has in the order in which it is applied, then what is still to be deleted. */
export function judgeResources(result: Pick<SyncResult, 'desired' | 'leftover' | 'outcomes'>, facts: ResourceFacts): readonly JudgedResource[] {
  const kept = result.desired.map((ref) => judge(ref, facts, { outcome: result.outcomes.get(refKey(ref)), leftover: false }));
  const leftover = result.leftover.map((ref) => judge(ref, facts, { outcome: result.outcomes.get(refKey(ref)), leftover: true }));
  return [...kept, ...leftover];
}

const syncPhases: Readonly<Record<string, NonNullable<ResourceResult['syncPhase']>>> = { preSync: 'PreSync', postSync: 'PostSync' };

function resultOf({ ref, phase, hook, status, message }: ObjectOutcome): ResourceResult | undefined {
  const { namespace = '', ...rest } = ref;
  if (status === 'OutOfSync') return undefined;
  const hookFields = hook === undefined ? {} : ({ hookType: hook, hookPhase: status === 'Synced' ? 'Succeeded' : 'Failed' } as const);
  return { ...rest, namespace, status, message, ...hookFields, syncPhase: syncPhases[phase] ?? 'Sync' };
}

function keyOfResult({ group, kind, namespace, name }: ResourceResult): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

/**
 * `operationState.syncResult.resources`: what became of each object in an operation, which may take several passes. What an
 * earlier pass created is not merely unchanged because a later one found it so.
 */
export function resultsOf(outcomes: Iterable<ObjectOutcome>, before: readonly ResourceResult[] = []): readonly ResourceResult[] {
  const results = new Map(before.map((result) => [keyOfResult(result), result]));
  for (const outcome of outcomes) {
    const result = resultOf(outcome);
    if (result === undefined) continue;
    const known = results.get(keyOfResult(result));
    if (outcome.change === 'unchanged' && known?.status === 'Synced') continue;
    results.set(keyOfResult(result), result);
  }
  return [...results.values()];
}
