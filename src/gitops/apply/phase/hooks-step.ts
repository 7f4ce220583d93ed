import type { KubeObject } from '../../../api/object.ts';
import { isKubeError } from '../../../kube/kube-error.ts';
import { assessHealth, hasHealthRule } from '../../health/assess-health.ts';
import { healthy } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import { isAwaiting, throughHolds } from './apply-awaiting.ts';
import { preparePhase, summarise } from './apply-phase.ts';
import { hookDeletePolicies, hookOperationAnnotation, namedDeletePolicies } from './hook.ts';
import { mayQuote } from '../object/may-quote.ts';
import { formatRef, keyOfRef, refKey } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { failureMessage, fieldManager, formatOrigin, phaseObjects, record, say } from '../sync-run.ts';
import { type HookPhase, hookPhasesOf } from '../../plan/hook-phase.ts';
import type { RenderedObject } from '../../plan/plan.ts';
import type { ObjectOutcome, Stop, SyncRun } from '../sync-run.ts';
import { trackedBy } from '../object/tracking.ts';
import { wavesOf } from './waves.ts';

/** Argo CD's words. */
const hookNames: Readonly<Partial<Record<string, string>>> = { preSync: 'PreSync', waves: 'Sync', postSync: 'PostSync', syncFail: 'SyncFail', preDelete: 'PreDelete', postDelete: 'PostDelete' };

export type HookDecision =
  | { readonly kind: 'run' }
  /** It is left from an earlier operation, and makes room first. */
  | { readonly kind: 'remove'; readonly uid: string }
  | { readonly kind: 'wait'; readonly message: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/** What a hook is run for. */
export interface HookOccasion {
  /** The operation, and the phase of it. */
  readonly operation: string;
  readonly instance: string;
  /** The same object as a hook of later phases: it was run for those since, and so has done its work here. */
  readonly later?: readonly string[];
}

/** What to do about one hook, given what the API server has under its name. */
export function decideHook(live: KubeObject | undefined, health: Health, options: HookOccasion): HookDecision {
  if (live === undefined) return { kind: 'run' };
  const { deletionTimestamp, annotations, uid = '' } = live.metadata;
  if (deletionTimestamp !== undefined) return { kind: 'wait', message: 'the one of the operation before is being deleted' };
  const owner = trackedBy(live);
  if (owner !== options.instance) return { kind: 'failed', message: 'an object of that name exists and is not a hook of this Application; it is left alone' };
  const ranFor = annotations?.[hookOperationAnnotation] ?? '';
  if (options.later?.includes(ranFor) === true) return { kind: 'done' };
  if (ranFor !== options.operation) return { kind: 'remove', uid };
  if (health.status === 'Degraded') return { kind: 'failed', message: health.message };
  return health.status === 'Healthy' ? { kind: 'done' } : { kind: 'wait', message: health.message };
}

function healthOf(run: SyncRun, live: KubeObject | undefined): Health {
  if (live === undefined || run.deps.cluster.kind === 'recorded') return healthy;
  return run.deps.memory.rules?.rules.assess(live) ?? (hasHealthRule(live) ? assessHealth(live) : healthy);
}

function outcome(hook: PreparedObject, status: 'Synced' | 'SyncFailed', message: string): ObjectOutcome {
  return { ref: hook.ref, phase: hook.phase, wave: hook.wave, hook: hookNames[hook.phase], status, change: 'none', message };
}

function waitFor(run: SyncRun, hook: PreparedObject, message: string): Stop {
  record(run, { ...outcome(hook, 'Synced', message), running: true });
  return { kind: 'waiting', phase: hook.phase, message: `waiting for ${message}` };
}

/** An object may be a hook in several phases of an operation. */
function occasionOf({ options }: SyncRun, { object, phase }: PreparedObject): HookOccasion & Required<Pick<HookOccasion, 'later'>> {
  const phases: readonly string[] = hookPhasesOf(object);
  const later = phases.slice(phases.indexOf(phase) + 1).map((one) => `${options.operation}/${one}`);
  return { operation: `${options.operation}/${phase}`, instance: options.instance, later };
}

/** Marks the manifest with the operation that runs it. */
function forOperation(run: SyncRun, hook: PreparedObject): KubeObject {
  const { metadata } = hook.object;
  const annotations = { ...metadata.annotations, [hookOperationAnnotation]: occasionOf(run, hook).operation };
  return { ...hook.object, metadata: { ...metadata, annotations } };
}

async function deleteHook(run: SyncRun, hook: PreparedObject, uid: string | undefined): Promise<void> {
  await run.deps.cluster.delete(hook.type, keyOfRef(hook.ref), { ...(uid === undefined ? {} : { uid }), propagation: 'Background' }, run.signal);
}

/** Deletes a hook that is done. Why it stays, where nobody may delete it: its work is done all the same. */
async function clearHook(run: SyncRun, hook: PreparedObject, uid: string | undefined): Promise<string | undefined> {
  try {
    await deleteHook(run, hook, uid);
    return undefined;
  } catch (error) {
    // another object has its name by now
    if (isKubeError(error, 'conflict')) return undefined;
    if (!isKubeError(error, 'denied', 'invalid')) throw error;
    return `it stays, because it may not be deleted: ${failureMessage(run, error)}`;
  }
}

/** The hook as it was written; or why it was not, which is not told of what the API server would quote: a manifest with values from Secrets. */
async function applyHook(run: SyncRun, hook: PreparedObject): Promise<KubeObject | { readonly refused: string }> {
  try {
    return await run.deps.cluster.apply(hook.type, forOperation(run, hook), { fieldManager, force: true, holdsValues: hook.holdsValues === true }, run.signal);
  } catch (error) {
    if (hook.holdsValues === true && mayQuote(error)) return { refused: 'the API server does not take the object; why is not told, because it holds values from Secrets' };
    if (isKubeError(error, 'conflict')) throw error;
    return { refused: failureMessage(run, error) };
  }
}

async function startHook(run: SyncRun, hook: PreparedObject): Promise<Stop | undefined> {
  const made = await applyHook(run, hook);
  if (!('metadata' in made)) return failHook(run, hook, undefined, made.refused);
  say(run, { phase: hook.phase, kind: 'object', message: 'hook started', object: hook.ref });
  return healthOf(run, made).status === 'Healthy' ? hookSucceeded(run, hook) : waitFor(run, hook, `hook ${formatRef(hook.ref)}`);
}

async function failHook(run: SyncRun, hook: PreparedObject, live: KubeObject | undefined, message: string): Promise<Stop> {
  const ours = live !== undefined && trackedBy(live) === run.options.instance;
  // a deletion has no next operation that would make room: what failed goes, so that it can be run again (Argo CD, controller/hook.go)
  const isOfDeletion = hook.phase === 'preDelete' || hook.phase === 'postDelete';
  const goes = ours && (isOfDeletion || hookDeletePolicies(hook.object).has('HookFailed'));
  const stays = goes ? await clearHook(run, hook, live.metadata.uid) : undefined;
  const told = stays === undefined ? message : `${message}; ${stays}`;
  record(run, outcome(hook, 'SyncFailed', told));
  return { kind: 'failed', phase: hook.phase, message: `hook ${formatRef(hook.ref)} (${formatOrigin(hook.origin)}): ${told}` };
}

/** The hooks of this operation that have succeeded. */
function succeededIn({ options: { operation }, deps: { memory } }: SyncRun): Set<string> {
  if (memory.succeeded?.operation !== operation) memory.succeeded = { operation, hooks: new Set() };
  return memory.succeeded.hooks;
}

function hookSucceeded(run: SyncRun, hook: PreparedObject): undefined {
  succeededIn(run).add(`${hook.phase} ${refKey(hook.ref)}`);
  record(run, outcome(hook, 'Synced', 'hook succeeded'));
  say(run, { phase: hook.phase, kind: 'done', message: 'hook succeeded', object: hook.ref });
}

/** Moves one hook a step on. Undefined once it has succeeded. One that runs is not given up because nobody answers for a moment. */
async function advanceHook(run: SyncRun, hook: PreparedObject): Promise<Stop | undefined> {
  try {
    return await moveHook(run, hook);
  } catch (error) {
    if (isKubeError(error, 'conflict', 'unavailable', 'throttled')) throw error;
    return failHook(run, hook, undefined, failureMessage(run, error));
  }
}

async function moveHook(run: SyncRun, hook: PreparedObject): Promise<Stop | undefined> {
  if (succeededIn(run).has(`${hook.phase} ${refKey(hook.ref)}`)) return hookSucceeded(run, hook);
  const live = await run.deps.cluster.get(hook.type, keyOfRef(hook.ref), run.signal);
  const decision = decideHook(live, healthOf(run, live), occasionOf(run, hook));
  switch (decision.kind) {
    case 'run':
      return startHook(run, hook);
    case 'remove':
      await deleteHook(run, hook, decision.uid);
      return waitFor(run, hook, `the earlier ${formatRef(hook.ref)} to be gone`);
    case 'wait':
      return waitFor(run, hook, `hook ${formatRef(hook.ref)}: ${decision.message}`);
    case 'failed':
      return failHook(run, hook, live, decision.message);
    default:
      return hookSucceeded(run, hook);
  }
}

function mergeStops(phase: HookPhase, stops: readonly Stop[]): Stop | undefined {
  const failed = stops.filter(({ kind }) => kind === 'failed');
  const chosen = failed.length > 0 ? failed : stops;
  const [first] = chosen;
  return first === undefined ? undefined : { kind: first.kind, phase, message: summarise(chosen.map(({ message }) => message)) };
}

/** Whether this pass runs hooks at all: what is in is healed, and compared, without them. */
export function runsHooks({ options }: Pick<SyncRun, 'options'>): boolean {
  return options.mode === 'sync' && options.skipHooks !== true;
}

/** Moves hooks a step on, all at once. Undefined once they have all succeeded. */
export async function advanceHooks(run: SyncRun, phase: HookPhase, rendered: readonly RenderedObject[]): Promise<Stop | undefined> {
  if (rendered.length === 0) return undefined;
  const prepared = await preparePhase(run, phase, rendered);
  return 'kind' in prepared ? prepared : advancePrepared(run, phase, prepared);
}

async function advancePrepared(run: SyncRun, phase: HookPhase, hooks: readonly PreparedObject[]): Promise<Stop | undefined> {
  const stops: Stop[] = [];
  const advance = async (some: readonly PreparedObject[]): Promise<undefined> => {
    for (const hook of some) {
      const stop = await advanceHook(run, hook);
      if (stop !== undefined) stops.push(stop);
    }
  };
  await advance(hooks.filter((hook) => !isAwaiting(hook)));
  const held = await throughHolds(run, phase, hooks.filter(isAwaiting), advance);
  return mergeStops(phase, held === undefined ? stops : [...stops, held]);
}

/** Runs the hooks of a phase, wave by wave, once in an operation. */
export async function hooksStep(run: SyncRun, phase: Exclude<HookPhase, 'waves'>): Promise<Stop | undefined> {
  const rendered = phaseObjects(run.plan, phase);
  if (rendered.length === 0 || !runsHooks(run)) return undefined;
  const prepared = await preparePhase(run, phase, rendered);
  if ('kind' in prepared) return prepared;
  for (const wave of wavesOf(prepared)) {
    const stop = await advancePrepared(run, phase, wave);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

/** Afterwards: hooks that want to go when they have done their work. One that nobody may delete is told of, and stays. */
export async function removeDoneHooks(run: SyncRun, phases: readonly HookPhase[]): Promise<void> {
  const isOfDeletion = phases.some((phase) => phase === 'preDelete' || phase === 'postDelete');
  for (const rendered of phases.flatMap((phase) => phaseObjects(run.plan, phase))) {
    // nobody is left to make room for the next one: Argo CD, too, deletes hooks of a deletion that name no policy
    const goes = hookDeletePolicies(rendered.object).has('HookSucceeded') || (isOfDeletion && namedDeletePolicies(rendered.object).length === 0);
    if (hookPhasesOf(rendered.object).length === 0 || !goes) continue;
    const hook = run.deps.memory.prepared.get(rendered);
    const live = hook === undefined ? undefined : await run.deps.cluster.get(hook.type, keyOfRef(hook.ref), run.signal, { metadataOnly: true });
    if (hook === undefined || live === undefined || trackedBy(live) !== run.options.instance) continue;
    const stays = await clearHook(run, hook, live.metadata.uid);
    if (stays !== undefined) record(run, outcome(hook, 'Synced', `hook succeeded; ${stays}`));
  }
}
