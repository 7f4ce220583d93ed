import { applyObjects, applyPhase, preparePhase } from './phase/apply-phase.ts';
import { barrierStep } from './barrier/barrier-step.ts';
import { isChartGone } from './barrier/chart-gone.ts';
import { bringInAnew } from './barrier/bring-in-anew.ts';
import { gateIdentity } from './barrier/gate-identity.ts';
import { gateRecord, isSameGate, withoutValues } from './barrier/gate-record.ts';
import { hasPassed } from './barrier/has-passed.ts';
import { noteGate } from './barrier/note-gate.ts';
import { isMadeAtRuntime } from './barrier/held-back.ts';
import { crdsStep } from './phase/crds-step.ts';
import { chartObjects } from './phase/chart-objects.ts';
import { earlyPhases } from './phase/early-phases.ts';
import { hooksStep, removeDoneHooks, runsHooks } from './phase/hooks-step.ts';
import { desiredRefs } from './prune/desired-refs.ts';
import { noteBegin } from './note-begin.ts';
import { namespaceStep } from './phase/namespace-step.ts';
import type { ObjectRef } from './object/object-ref.ts';
import { preflight } from './phase/preflight.ts';
import { pruneCandidates, refusePrune } from './prune/prune.ts';
import type { Inventory } from './prune/prune.ts';
import { pruneRules, pruneStep } from './prune/prune-step.ts';
import { secretsStep } from './phase/secrets-step.ts';
import { failureOf, syncFailStep } from './phase/sync-fail-step.ts';
import { leftOut, notAsDeclared } from './left-out.ts';
import { otherObjects, selectObjects } from './select-objects.ts';
import { forgetOthers, type SyncMemory } from './sync-memory.ts';
import { phaseObjects, say } from './sync-run.ts';
import type { ObjectOutcome, Stop, SyncDeps, SyncOptions, SyncRun } from './sync-run.ts';
import { isDeclared } from './is-declared.ts';
import { unmadeByHook } from './unmade-by-hook.ts';
import { wavesStep } from './phase/waves-step.ts';
import type { Plan } from '../plan/plan.ts';
import { valuesStep } from './values/values-step.ts';

export interface SyncRequest {
  readonly plan: Plan;
  readonly options: SyncOptions;
  /** What was applied before, in its order. */
  readonly inventory: Inventory;
}

/** What one pass came to. */
export interface SyncResult {
  /** Why it ended before its last phase; absent where all is as Git says. */
  readonly stop: Stop | undefined;
  /** By `refKey`, in the order of the plan. Objects that the pass did not get to are not there. */
  readonly outcomes: ReadonlyMap<string, ObjectOutcome>;
  /** What Git has, hooks apart, in the order of the plan. */
  readonly desired: readonly ObjectRef[];
  /** What Git no longer has and the cluster may still have. */
  readonly leftover: readonly ObjectRef[];
  /** Why nothing may be pruned. */
  readonly pruneRefused: string | undefined;
  /** Which versions its charts' values were read from; absent where they take none, or were not read. */
  readonly values?: string;
  /** Whether its workloads need any Secret; absent where that is not known yet. */
  readonly needsSecrets?: boolean;
  /** It has ended early, but with all declared as it should be, and nobody held back. Absent: it has not. */
  readonly isDeclared?: true;
  /** What its barrier was about, as it goes on record (`gateRecord`); absent where not all of it is in, or was only compared. */
  readonly gate?: string;
}

function openedFor({ plan, options: { target } }: SyncRun): SyncMemory['opened'] {
  return { target, gate: gateIdentity(plan) };
}

/** A revision that has passed the barrier once is not held up by it again, unless nothing of its chart is left. */
async function maybeBarrier(run: SyncRun): Promise<Stop | undefined> {
  const { mode, target, gateAll } = run.options;
  const { memory } = run.deps;
  // what is made as something runs is awaited by whoever needs it: the barrier would hold up those who make it
  const needs = run.plan.needs.filter((need) => !isMadeAtRuntime(need));
  if (mode === 'compare') return undefined;
  if (needs.length === 0 && !gateAll) {
    // what goes and comes back is awaited anew
    if (memory.opened?.target === target) memory.opened = openedFor(run);
    return undefined;
  }
  if ((await hasPassed(run)) && !(await isChartGone(run))) return undefined;
  const stop = await barrierStep({ ...run, plan: { ...run.plan, needs } });
  memory.opened = stop === undefined ? openedFor(run) : undefined;
  return stop;
}

/** From here on the chart of the revision before is written over. */
async function noteRelease({ options, deps, signal }: SyncRun): Promise<undefined> {
  if (options.mode === 'sync') await deps.onRelease?.(signal);
}

type Step = (run: SyncRun) => Promise<Stop | undefined>;

function steps(more: boolean): readonly Step[] {
  return [
    preflight,
    noteBegin,
    bringInAnew,
    namespaceStep,
    (run) => applyPhase(run, 'plumbing', phaseObjects(run.plan, 'plumbing')),
    secretsStep,
    maybeBarrier,
    noteRelease,
    crdsStep,
    (run) => hooksStep(run, 'preSync'),
    (run) => wavesStep(run, more),
    (run) => hooksStep(run, 'postSync'),
  ];
}

async function runSteps(run: SyncRun, more: boolean): Promise<Stop | undefined> {
  let first: Stop | undefined;
  for (const step of steps(more)) {
    const stop = await step(run);
    first ??= stop;
    // a comparison writes nothing, so there is nothing to hold it up, save a plan that must not be read at all
    if (first !== undefined && (run.options.mode !== 'compare' || first.kind === 'refused')) return first;
  }
  return first;
}

/** In the order of the plan: what ran at the same time must not make two equal passes differ. */
function inPlanOrder({ outcomes }: SyncRun, keys: ReadonlySet<string>): ReadonlyMap<string, ObjectOutcome> {
  const ordered = new Map<string, ObjectOutcome>();
  for (const key of [...keys, ...outcomes.keys()]) {
    const outcome = outcomes.get(key);
    if (outcome !== undefined) ordered.set(key, outcome);
  }
  return ordered;
}

/**
 * One pass over a plan: carries out what can be done now, and says what it waits for. It is repeated on every event until
 * nothing stops it; a pass over a cluster that already is as Git says writes nothing and reads next to nothing.
 */
export async function syncPlan(request: SyncRequest, deps: SyncDeps, signal: AbortSignal): Promise<SyncResult> {
  deps.memory.awaitedProducers.clear();
  if (request.plan.valueSources === undefined) return syncKnown(request, deps, signal);
  const { only } = request.options;
  const run: SyncRun = { plan: request.plan, options: request.options, deps, signal, outcomes: new Map(), askedAnew: new Set() };
  await noteValuesAnew(run);
  const valued = await valuesStep(only === undefined ? run : { ...run, plan: selectObjects(run.plan, only) });
  if (!('stop' in valued)) {
    deps.memory.valuedNeeds = valued.plan.needs;
    // what a placeholder's branch has written and the real one does not have must not be left behind
    const inventory = request.inventory === undefined ? undefined : [...request.inventory, ...valued.written];
    const result = await syncKnown({ ...request, inventory, plan: valued.plan, placeholders: request.plan, values: valued.versions }, deps, signal);
    if (only === undefined) noteValuedEarly(run, result);
    return { ...result, values: valued.versions };
  }
  const { desired, keys } = await desiredRefs(run);
  const stop = only === undefined ? valued.stop : ((await compareOthers(run, only, valued.stop)) ?? valued.stop);
  return stopped(run, stop, { desired, keys, leftover: pruneCandidates(request.inventory ?? [], keys).toReversed() });
}

/** Which objects the values have brought before the barrier: while the revision is not in, none before it may be healed over them. */
function noteValuedEarly({ options: { mode, target }, deps: { memory } }: SyncRun, { stop, outcomes }: SyncResult): void {
  if (mode === 'compare') return;
  const before = memory.valuedEarly?.target === target ? memory.valuedEarly.refs : [];
  delete memory.valuedEarly;
  if (stop !== undefined) memory.valuedEarly = { target, refs: new Set([...before, ...[...outcomes].flatMap(([key, { phase }]) => (earlyPhases.includes(phase) ? [key] : []))]) };
}

/** What makes the Secrets that values come from is written before the values are known: where it is declared otherwise than before, that is told before. */
async function noteValuesAnew({ plan, options, deps, signal }: SyncRun): Promise<void> {
  const { mode, admitted, target } = options;
  if (mode === 'compare') return;
  const hasChanged = noteGate({ plan, options, deps }, 'first');
  const now = admitted === undefined ? undefined : await gateRecord([plan], options, deps, signal);
  if (isSameGate(withoutValues(admitted), now) && (mode !== 'heal' || !hasChanged)) return;
  await deps.onAnew?.(signal);
  if (mode === 'heal') deps.memory.rebuilding = target;
}

/** The result of a pass that has ended before its last phase. */
function stopped(run: SyncRun, stop: Stop, { keys, ...known }: Awaited<ReturnType<typeof desiredRefs>> & Pick<SyncResult, 'leftover' | 'needsSecrets' | 'isDeclared'>): SyncResult {
  say(run, { phase: stop.phase, kind: stop.kind === 'waiting' ? 'waiting' : 'failed', message: stop.message });
  return { stop, outcomes: inPlanOrder(run, keys), pruneRefused: undefined, ...known };
}

/** Writes some objects of a plan, and only compares the others, so that all of them are known afterwards. */
async function runSelected(run: SyncRun, only: NonNullable<SyncOptions['only']>, more: boolean): Promise<Stop | undefined> {
  const isTrial = run.options.mode === 'compare';
  const stop = (isTrial ? undefined : await notAsDeclared(run, only)) ?? (await runSteps({ ...run, plan: selectObjects(run.plan, only) }, more));
  return compareOthers(run, only, stop);
}

/** @param stop why no more of what is selected is written: it must not wait for what nobody will declare while it does */
async function compareOthers(run: SyncRun, only: NonNullable<SyncOptions['only']>, stop: Stop | undefined): Promise<Stop | undefined> {
  const others: SyncRun = { ...run, plan: otherObjects(run.plan, only), options: { ...run.options, mode: 'compare' } };
  await runSteps(others, false);
  return stop === undefined ? undefined : (leftOut(run, only, stop) ?? stop);
}

/** A plan of which everything is known, and, where its charts take values from the cluster, which, and what they render without those. */
interface KnownRequest extends SyncRequest {
  readonly values?: string;
  readonly placeholders?: Plan;
}

/** A pass over a plan of which everything is known. */
async function syncKnown(request: KnownRequest, deps: SyncDeps, signal: AbortSignal): Promise<SyncResult> {
  const { plan, options, inventory, values, placeholders } = request;
  let record: Promise<string | undefined> | undefined;
  const gate = (): Promise<string | undefined> => (record ??= gateRecord([plan, ...(placeholders === undefined ? [] : [placeholders])], options, deps, signal));
  const needsSecrets = plan.needs.length > 0;
  const run: SyncRun = { plan, options, deps, signal, outcomes: new Map(), askedAnew: new Set(), gate, ...(values === undefined ? {} : { values }) };
  const { desired, keys } = await desiredRefs(run);
  const candidates = pruneCandidates(inventory ?? [], keys);
  const refused = refusePrune(inventory, pruneRules(options, keys.size));
  const willPrune = options.prune && refused === undefined && candidates.some(options.only ?? (() => true));
  const more = willPrune || (runsHooks(run) && phaseObjects(plan, 'postSync').length > 0);
  const trouble = failureOf(run) ?? (options.only === undefined ? await runSteps(run, more) : await runSelected(run, options.only, willPrune));
  const stop = trouble === undefined ? undefined : ((await unmadeByHook(run, trouble)) ?? trouble);
  if (stop !== undefined) return stopped(run, await syncFailStep(run, stop), { desired, keys, leftover: candidates.toReversed(), needsSecrets, ...(isDeclared(run, stop) ? { isDeclared: true } : {}) });
  const pruned = await pruneStep(run, inventory, keys);
  if (pruned.stop === undefined && options.mode !== 'compare') deps.memory.rebuilding = undefined;
  forgetOthers(deps.memory, keys);
  if (pruned.stop === undefined && runsHooks(run)) await removeDoneHooks(run, ['preSync', 'waves', 'postSync']);
  if (pruned.stop === undefined && options.mode !== 'compare') say(run, { phase: 'prune', kind: 'done', message: 'synced' });
  const failure = pruned.stop === undefined ? undefined : await syncFailStep(run, pruned.stop);
  const admitted = failure === undefined ? await gate() : undefined;
  return { stop: failure, outcomes: inPlanOrder(run, keys), desired, leftover: pruned.kept.toReversed(), pruneRefused: pruned.refused, needsSecrets, ...(pruned.stop !== undefined && isDeclared(run, pruned.stop) ? { isDeclared: true } : {}), ...(admitted === undefined ? {} : { gate: admitted }) };
}

/**
 * Puts the chart of a revision back that is in, while a newer one waits at its barrier: what was already applied is kept as it
 * is. Accounts, stores and secrets are the newer revision's by then, and nothing is pruned.
 * @param isNewer whether the newer revision declares the object among those: it may have stood in the waves before
 */
export async function healChart(request: Pick<SyncRequest, 'plan' | 'options'>, isNewer: (ref: ObjectRef) => boolean, deps: SyncDeps, signal: AbortSignal): Promise<void> {
  await healWaves(healing(request, deps, signal), isNewer);
}

/** The same for a revision of which nothing has been replaced yet: accounts, stores and what makes Secrets are put back, too. */
export async function healAll(request: Pick<SyncRequest, 'plan' | 'options'>, deps: SyncDeps, signal: AbortSignal): Promise<void> {
  const run = healing(request, deps, signal);
  for (const phase of earlyPhases) {
    const stop = await applyPhase(run, phase, phaseObjects(run.plan, phase).filter(({ holdsValues }) => holdsValues !== true));
    if (stop !== undefined) return;
  }
  await healWaves(run, () => false);
}

function healing({ plan, options }: Pick<SyncRequest, 'plan' | 'options'>, deps: SyncDeps, signal: AbortSignal): SyncRun {
  const held = deps.rollouts === undefined ? {} : { rollouts: { ...deps.rollouts, isHeld: true as const } };
  return { plan, options: { ...options, mode: 'heal' }, deps: { ...deps, ...held }, signal, outcomes: new Map(), askedAnew: new Set() };
}

async function healWaves(run: SyncRun, isNewer: (ref: ObjectRef) => boolean): Promise<void> {
  // a value from a Secret is not known here, and is not made up
  const known = (await chartObjects(run)).served.filter(({ holdsValues }) => holdsValues !== true);
  if (await isChartGone(run)) return;
  const prepared = await preparePhase(run, 'waves', known);
  if (!('kind' in prepared)) await applyObjects(run, 'waves', prepared.filter(({ ref }) => !isNewer(ref)));
}
