import { isDeepStrictEqual } from 'node:util';
import type { ApplicationStatus } from '../../api/application-status.ts';
import type { Rollouts, SyncDeps, SyncOptions, SyncRun } from '../../gitops/apply/sync-run.ts';
import { applicationExists } from './application-exists.ts';
import { desiredRefs } from '../../gitops/apply/prune/desired-refs.ts';
import { syncPlan } from '../../gitops/apply/sync.ts';
import type { SyncResult } from '../../gitops/apply/sync.ts';
import { type Admitted, admittedOf, anew, takeAdmitted, withAdmitted } from '../../gitops/history/admitted.ts';
import { aheadOf, withAhead } from '../../gitops/history/ahead.ts';
import { applicationHealth } from '../../gitops/history/application-health.ts';
import { guardWrites, type ProjectRights } from '../../gitops/project/guard-writes.ts';
import { inventoryOfStatus } from '../../gitops/history/inventory.ts';
import { judgeResources } from '../../gitops/history/resource-status.ts';
import { causedBy } from '../../kube/caused-by.ts';
import type { ResourceType } from '../../kube/port.ts';
import type { ApplicationContext } from './context.ts';
import type { SyncDecision } from './decide.ts';
import { loadRules } from '../../gitops/health/load-rules.ts';
import { customHealth } from './custom-health.ts';
import { statusAfter, statusAtStart } from './next-status.ts';
import { healPrevious, lastCommit } from './heal-previous.ts';
import { declaredTexts, declaresOtherwise } from '../../gitops/apply/barrier/declared.ts';
import { selectObjects } from '../../gitops/apply/select-objects.ts';
import { isLastRevision } from './is-last-place.ts';
import { isLastWhole } from './is-last-whole.ts';
import { createSopsDocuments } from './open-sops-documents.ts';
import { sopsKeysKey } from './sops-keys-key.ts';
import type { Observed } from './observe.ts';
import { syncOptionsOf } from './sync-options.ts';

/** What a pass did and what is to be put on record. */
export interface Acted {
  readonly result: SyncResult;
  readonly options: SyncOptions;
  readonly status: ApplicationStatus;
  /** The barrier has opened in this pass. */
  readonly opened: boolean;
}

/** What a pass over an Application works with. */
export function depsOf(observed: Observed, context: ApplicationContext): SyncDeps {
  const written = causedBy(context.cluster, { application: observed.key, revision: observed.target.revision });
  const rights = (): ProjectRights => context.projects.rightsOf(observed.raw, observed.application);
  const cluster = guardWrites(written, rights);
  const { live, clock, progress, concurrency, controlNamespace, sops, secrets, rolloutKeys } = context;
  return {
    cluster,
    live,
    clock,
    progress,
    concurrency,
    memory: context.memoryOf(observed.key),
    replan: (values, signal) => context.valuePlans.get(observed.request, observed.commit, values, signal),
    onUnsteady: () => context.outdate(observed.key),
    openSops: createSopsDocuments({ cluster, keys: sopsKeysKey(observed), services: sops }),
    rollouts: { key: (signal) => rolloutKeys(observed.raw.metadata.namespace ?? '', signal), versionOf: secrets.versionOf, isWatched: secrets.isWatched },
    projectRefusal: (object) => rights().rules?.objectRefusal(object),
    isConfined: () => rights().user !== undefined,
    awaited: () => context.dependencies.awaited({ key: observed.key, application: observed.application, revision: observed.target.revision, isPinned: observed.head !== undefined && observed.head !== observed.target.revision }),
    applicationExists: (instance, signal) => applicationExists(cluster, { instance, controlNamespace }, signal),
  };
}

/** Watches the kinds of everything the Application has, and had. */
async function watchKinds(observed: Observed, context: ApplicationContext, signal: AbortSignal): Promise<void> {
  const discovery = await context.cluster.discover(signal);
  const types = new Map<string, ResourceType>();
  const add = (apiVersion: string, kind: string): void => {
    const type = discovery.find(apiVersion, kind);
    if (type !== undefined) types.set(`${type.group}/${type.kind}`, type);
  };
  for (const { objects } of observed.plan.phases) for (const { object } of objects) add(object.apiVersion, object.kind);
  for (const ref of inventoryOfStatus(observed.application.status) ?? []) add(ref.group === '' ? ref.version : `${ref.group}/${ref.version}`, ref.kind);
  await context.live.retain(observed.key, types.values());
}

function modeOf(decision: SyncDecision): SyncOptions['mode'] {
  return decision.kind === 'sync' || decision.kind === 'heal' ? decision.kind : 'compare';
}

/**
 * What of other Applications must come before is asked once in a pass: what is on record by it must be what the pass goes by. The key that
 * rotations are told by, too: where it is denied, it is so for all waves.
 */
function asOfNow({ awaited, rollouts, ...deps }: SyncDeps): SyncDeps {
  let known: readonly string[] | undefined;
  let key: ReturnType<Rollouts['key']> | undefined;
  return { ...deps, awaited: () => (known ??= awaited?.() ?? []), ...(rollouts === undefined ? {} : { rollouts: { ...rollouts, key: (signal) => (key ??= rollouts.key(signal)) } }) };
}

/** What the last revision of the history declares; undefined where that is not to be had. After a restart it is planned once more, as for its healing. */
async function declaredLast(observed: Observed, context: ApplicationContext, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
  const memory = context.memoryOf(observed.key);
  const commit = lastCommit(observed);
  if (memory.broughtIn === undefined && commit !== undefined && memory.declaredAt?.commit === commit) return memory.declaredAt.texts;
  const before = memory.broughtIn ?? (commit === undefined ? undefined : (await context.plans.at(observed.request, commit, signal))?.plan);
  // what a chart makes of values from the cluster is not known here
  const texts = before === undefined || before.valueSources !== undefined ? undefined : declaredTexts(before);
  if (commit !== undefined) memory.declaredAt = { commit, texts };
  return texts;
}

/** Whether the pass may leave anything declared otherwise than the last revision has it, in the part that it is about: nothing is while other Applications are awaited. */
async function mayDeclareOtherwise({ plan, options, deps, signal }: SyncRun, observed: Observed, context: ApplicationContext): Promise<boolean> {
  if (options.mode !== 'sync' || isLastRevision(observed.application.status, observed.target) || (deps.awaited?.() ?? []).length > 0) return false;
  if (plan.valueSources !== undefined || admittedOf(observed.application.status)?.isTouched === true) return true;
  return declaresOtherwise({ plan: options.only === undefined ? plan : selectObjects(plan, options.only), options }, await declaredLast(observed, context, signal));
}

/** Puts the operation on record before its first write, with every object it may make. */
async function recordStart(run: SyncRun, observed: Observed, decision: SyncDecision, context: ApplicationContext): Promise<Observed> {
  if (decision.kind !== 'sync') return observed;
  const { desired } = await desiredRefs(run);
  const status = statusAtStart(observed, decision.operation, { desired, declaresOtherwise: await mayDeclareOtherwise(run, observed, context) });
  await context.statuses.write(observed.raw, status, run.signal);
  // the writer carries over what is on record of operations before
  return { ...observed, application: { ...observed.application, status: context.statuses.current(observed.raw) } };
}

/** Puts on record, before it is written over, that the last revision of the history is no longer whole. */
async function recordRelease({ raw, target }: Observed, context: ApplicationContext, signal: AbortSignal): Promise<void> {
  const status = context.statuses.current(raw);
  const { operationState, history = [] } = status;
  if (operationState !== undefined && history.length > 0 && !isLastRevision(status, target)) await context.statuses.write(raw, { ...status, operationState: withAhead(operationState, target.revision) }, signal);
}

/** Puts on record, before anything of it is written, that what is in is brought in anew: another process must not take it for whole. */
async function recordAnew({ raw, target: { destination } }: Observed, context: ApplicationContext, signal: AbortSignal): Promise<void> {
  const status = context.statuses.current(raw);
  const { operationState, history = [] } = status;
  const id = history.at(-1)?.id;
  if (operationState !== undefined && id !== undefined) await context.statuses.write(raw, { ...status, operationState: withAdmitted(operationState, { id, gate: anew, destination: JSON.stringify(destination) }) }, signal);
}

/** What was put on record of the revision that is in while the pass ran. */
function withRecords(observed: Observed, context: ApplicationContext): Observed {
  const { status } = observed.application;
  if (status.operationState === undefined) return observed;
  const operationState = takeAdmitted(context.statuses.current(observed.raw).operationState, status.operationState);
  return { ...observed, application: { ...observed.application, status: { ...status, operationState } } };
}

/** What is on record of the target as it was brought in last; undefined where it is not in, or nobody has noted it down. */
function admittedAs({ raw, target }: Observed, decision: SyncDecision, context: ApplicationContext): Admitted | undefined {
  // as it is written: what the pass makes of it for itself may lack the record
  const status = context.statuses.current(raw);
  return decision.kind === 'heal' || isLastRevision(status, target) ? admittedOf(status) : undefined;
}

/** One pass: records the start of an operation, carries out what can be done, and says what the status is now. */
export async function act(before: Observed, decision: SyncDecision, context: ApplicationContext, signal: AbortSignal): Promise<Acted> {
  await watchKinds(before, context, signal);
  const inventory = inventoryOfStatus(before.application.status);
  const operation = decision.kind === 'sync' ? decision.operation : before.application.status.operationState;
  const options = syncOptionsOf(before, modeOf(decision), { controlNamespace: context.controlNamespace, operation, admitted: admittedAs(before, decision, context) });
  const deps = asOfNow(depsOf(before, context));
  deps.memory.rules = await loadRules(before.raw.metadata, deps.memory.rules, context.healthRules);
  const run: SyncRun = { plan: before.plan, options, deps, signal, outcomes: new Map() };
  const observed = await recordStart(run, before, decision, context);
  if (decision.kind === 'sync' && decision.isNew && deps.memory.begun !== options.target) deps.memory.untouched = options.target;
  const onRelease = (until: AbortSignal): Promise<void> => recordRelease(observed, context, until);
  const onAnew = (until: AbortSignal): Promise<void> => recordAnew(observed, context, until);

  const opened = deps.memory.opened;
  const result = await syncPlan({ plan: observed.plan, options, inventory }, { ...deps, onRelease, onAnew }, signal);
  // where nothing is brought in, what is in is the target itself
  if (decision.kind === 'sync') await healPrevious(observed, { options, result, deps, plans: context.plans }, signal);
  // a kind whose definition came in this very pass could not be watched before it
  await watchKinds(observed, context, signal);
  const custom = await customHealth(run, result.desired);
  const resources = judgeResources(result, { cluster: context.cluster, live: context.live, discovery: await context.cluster.discover(signal), custom, choices: options.choices ?? {} });
  const health = applicationHealth(resources, context.cluster, observed.application.suspended);
  const { evidence } = deps.memory;
  const isEvident = options.mode !== 'compare' && evidence?.target === options.target;
  const mayBeWhole = decision.kind === 'heal' && result.stop === undefined && aheadOf(observed.application.status) !== undefined;
  const isWhole = mayBeWhole && (await isLastWhole(observed, context.plans, signal));
  const status = statusAfter({ observed: withRecords(observed, context), decision, result, isLastWhole: isWhole, ...(isEvident ? { evidence } : {}), resources: resources.map((resource) => resource.status), health, controllerNamespace: context.controlNamespace, now: context.clock.now() });
  return { result, options, status, opened: result.needsSecrets === true && deps.memory.opened?.target === options.target && !isDeepStrictEqual(opened, deps.memory.opened) };
}
