import type { ResourceResult, ResourceStatus, SyncCode } from '../../api/application-status.ts';
import { choicesFor, type SyncChoices } from '../../api/sync-option.ts';
import type { LiveObject, LiveView } from '../apply/object/live-view.ts';
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
  /** What the Application says for all of its objects. */
  readonly choices?: SyncChoices;
  /** What the Application's own health checks say, by `refKey`. */
  readonly custom?: ReadonlyMap<string, Health>;
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
  if (typeof seen === 'object') return facts.custom?.get(refKey(ref)) ?? seen.health ?? healthy;
  if (seen === 'unknown') return undefined;
  // just applied: the watch has not told yet
  if (outcome?.status === 'Synced') return hasHealthRule({ apiVersion: apiVersionOfRef(ref), kind: ref.kind }) ? progressing('applied') : healthy;
  return { status: 'Missing', message: 'it is not there' };
}

/** Whether an object's health is worth a word: of kinds that are well as soon as they are there, Argo CD says none either. */
function isTold(ref: ObjectRef, health: Health, { custom }: ResourceFacts): boolean {
  return health.status !== 'Healthy' || custom?.has(refKey(ref)) === true || hasHealthRule({ apiVersion: apiVersionOfRef(ref), kind: ref.kind });
}

/** What an object says of its own deletion, as far as the watched view knows it. */
function needsConsent(ref: ObjectRef, facts: ResourceFacts): boolean {
  const annotations = seenOf(ref, facts)?.annotations;
  return annotations !== undefined && [choicesFor(annotations, facts.choices ?? {})].some((choices) => choices.prune === 'confirm' || choices.delete === 'confirm');
}

function seenOf(ref: ObjectRef, facts: ResourceFacts): LiveObject | undefined {
  const type = facts.discovery.find(apiVersionOfRef(ref), ref.kind);
  const seen = type === undefined ? 'absent' : facts.live.look(type, keyOfRef(ref));
  return typeof seen === 'object' ? seen : undefined;
}

/** Argo CD's `compare-options: IgnoreExtraneous`: that Git no longer has it makes nothing out of sync. */
function isIgnored(ref: ObjectRef, facts: ResourceFacts): boolean {
  const options = seenOf(ref, facts)?.annotations['argocd.argoproj.io/compare-options'] ?? '';
  return options.split(',').some((option) => option.trim() === 'IgnoreExtraneous');
}

function judge(ref: ObjectRef, facts: ResourceFacts, more: { readonly outcome?: ObjectOutcome | undefined; readonly leftover: boolean }): JudgedResource {
  const { outcome, leftover } = more;
  const health = healthOf(ref, outcome, facts);
  const code: SyncCode = (leftover ? isIgnored(ref, facts) : outcome?.status === 'Synced') ? 'Synced' : 'OutOfSync';
  const status: ResourceStatus = {
    ...ref,
    status: code,
    ...(health === undefined || !isTold(ref, health, facts) ? {} : { health: { status: health.status } }),
    ...(outcome === undefined || outcome.wave === 0 ? {} : { syncWave: outcome.wave }),
    ...(leftover ? { requiresPruning: true } : {}),
    ...(needsConsent(ref, facts) ? { requiresDeletionConfirmation: true } : {}),
  };
  return { status, health: leftover ? undefined : health };
}

/** `status.resources`: everything Git has in the order in which it is applied, then what is still to be deleted. */
export function judgeResources(result: Pick<SyncResult, 'desired' | 'leftover' | 'outcomes'>, facts: ResourceFacts): readonly JudgedResource[] {
  const kept = result.desired.map((ref) => judge(ref, facts, { outcome: result.outcomes.get(refKey(ref)), leftover: false }));
  const leftover = result.leftover.map((ref) => judge(ref, facts, { outcome: result.outcomes.get(refKey(ref)), leftover: true }));
  return [...kept, ...leftover];
}

const syncPhases: Readonly<Record<string, NonNullable<ResourceResult['syncPhase']>>> = { preSync: 'PreSync', postSync: 'PostSync', syncFail: 'SyncFail' };

function hookPhaseOf({ status, running }: ObjectOutcome): NonNullable<ResourceResult['hookPhase']> {
  if (running === true) return 'Running';
  return status === 'Synced' ? 'Succeeded' : 'Failed';
}

function resultOf(outcome: ObjectOutcome): ResourceResult | undefined {
  const { ref, phase, hook, status, message } = outcome;
  const { namespace = '', ...rest } = ref;
  if (status === 'OutOfSync') return undefined;
  const hookFields = hook === undefined ? {} : { hookType: hook, hookPhase: hookPhaseOf(outcome) };
  return { ...rest, namespace, status, message, ...hookFields, syncPhase: syncPhases[phase] ?? 'Sync' };
}

/** What a dry run has found: Argo CD's results say what would be done. */
export function dryResultsOf(outcomes: Iterable<ObjectOutcome>): readonly ResourceResult[] {
  return [...outcomes].flatMap((outcome) => resultOf(outcome.status === 'OutOfSync' ? { ...outcome, status: 'Synced', message: `${outcome.message} (dry run)` } : { ...outcome, message: `${outcome.message} (dry run)` }) ?? []);
}

function keyOfResult({ group, kind, namespace, name }: ResourceResult): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

/**
 * `operationState.syncResult.resources`: what became of each object in an operation, which may take several passes. What an
 * earlier pass created is not merely unchanged because a later one found it so.
 */
export function resultsOf(outcomes: Iterable<ObjectOutcome>, before: readonly ResourceResult[] = [], images: ReadonlyMap<string, readonly string[]> = new Map()): readonly ResourceResult[] {
  const results = new Map(before.map((result) => [keyOfResult(result), result]));
  for (const outcome of outcomes) {
    const bare = resultOf(outcome);
    if (bare === undefined) continue;
    const own = images.get(refKey(outcome.ref));
    const result = own === undefined ? bare : { ...bare, images: own };
    const known = results.get(keyOfResult(result));
    if (outcome.change === 'unchanged' && known?.status === 'Synced') continue;
    results.set(keyOfResult(result), result);
  }
  return [...results.values()];
}
