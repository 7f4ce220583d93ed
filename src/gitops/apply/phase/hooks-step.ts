import type { KubeObject } from '../../../api/object.ts';
import { assessHealth, hasHealthRule } from '../../health/assess-health.ts';
import { healthy } from '../../health/health.ts';
import type { Health } from '../../health/health.ts';
import { preparePhase, summarise } from './apply-phase.ts';
import { hookDeletePolicies, hookOperationAnnotation } from './hook.ts';
import { mayQuote } from '../object/may-quote.ts';
import { formatRef, keyOfRef } from '../object/object-ref.ts';
import type { PreparedObject } from '../object/prepared-object.ts';
import { fieldManager, formatOrigin, phaseObjects, record, say } from '../sync-run.ts';
import type { ObjectOutcome, Stop, SyncRun } from '../sync-run.ts';
import { trackedBy } from '../object/tracking.ts';
import { wavesOf } from './waves-step.ts';

type HookPhase = 'preSync' | 'postSync';

export type HookDecision =
  | { readonly kind: 'run' }
  /** It is left from an earlier operation, and makes room first. */
  | { readonly kind: 'remove'; readonly uid: string }
  | { readonly kind: 'wait'; readonly message: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

/** What to do about one hook, given what the API server has under its name. */
export function decideHook(live: KubeObject | undefined, health: Health, options: { readonly operation: string; readonly instance: string }): HookDecision {
  if (live === undefined) return { kind: 'run' };
  const { deletionTimestamp, annotations, uid = '' } = live.metadata;
  if (deletionTimestamp !== undefined) return { kind: 'wait', message: 'the one of the operation before is being deleted' };
  const owner = trackedBy(live);
  if (owner !== options.instance) return { kind: 'failed', message: 'an object of that name exists and is not a hook of this Application; it is left alone' };
  if (annotations?.[hookOperationAnnotation] !== options.operation) return { kind: 'remove', uid };
  if (health.status === 'Degraded') return { kind: 'failed', message: health.message };
  return health.status === 'Healthy' ? { kind: 'done' } : { kind: 'wait', message: health.message };
}

function healthOf(run: SyncRun, live: KubeObject | undefined): Health {
  return live === undefined || run.deps.cluster.kind === 'recorded' || !hasHealthRule(live) ? healthy : assessHealth(live);
}

function outcome(hook: PreparedObject, status: 'Synced' | 'SyncFailed', message: string): ObjectOutcome {
  return { ref: hook.ref, phase: hook.phase, wave: hook.wave, hook: hook.phase === 'preSync' ? 'PreSync' : 'PostSync', status, change: 'none', message };
}

/** Marks the manifest with the operation that runs it. */
function forOperation(run: SyncRun, hook: PreparedObject): KubeObject {
  const { metadata } = hook.object;
  const annotations = { ...metadata.annotations, [hookOperationAnnotation]: run.options.operation };
  return { ...hook.object, metadata: { ...metadata, annotations } };
}

async function deleteHook(run: SyncRun, hook: PreparedObject, uid: string | undefined): Promise<void> {
  await run.deps.cluster.delete(hook.type, keyOfRef(hook.ref), { ...(uid === undefined ? {} : { uid }), propagation: 'Background' }, run.signal);
}

/** Undefined where the API server refuses what it would quote: a manifest with values from Secrets. */
async function applyHook(run: SyncRun, hook: PreparedObject): Promise<KubeObject | undefined> {
  try {
    return await run.deps.cluster.apply(hook.type, forOperation(run, hook), { fieldManager, force: true, holdsValues: hook.holdsValues === true }, run.signal);
  } catch (error) {
    if (hook.holdsValues === true && mayQuote(error)) return undefined;
    throw error;
  }
}

async function startHook(run: SyncRun, hook: PreparedObject): Promise<Stop | undefined> {
  const made = await applyHook(run, hook);
  if (made === undefined) return failHook(run, hook, undefined, 'the API server does not take the object; why is not told, because it holds values from Secrets');
  say(run, { phase: hook.phase, kind: 'object', message: 'hook started', object: hook.ref });
  return healthOf(run, made).status === 'Healthy' ? undefined : { kind: 'waiting', phase: hook.phase, message: `waiting for hook ${formatRef(hook.ref)}` };
}

async function failHook(run: SyncRun, hook: PreparedObject, live: KubeObject | undefined, message: string): Promise<Stop> {
  record(run, outcome(hook, 'SyncFailed', message));
  const ours = live !== undefined && trackedBy(live) === run.options.instance;
  if (ours && hookDeletePolicies(hook.object).has('HookFailed')) await deleteHook(run, hook, live.metadata.uid);
  return { kind: 'failed', phase: hook.phase, message: `hook ${formatRef(hook.ref)} (${formatOrigin(hook.origin)}): ${message}` };
}

/** Moves one hook a step on. Undefined once it has succeeded. */
async function advanceHook(run: SyncRun, hook: PreparedObject): Promise<Stop | undefined> {
  const { phase } = hook;
  const live = await run.deps.cluster.get(hook.type, keyOfRef(hook.ref), run.signal);
  const decision = decideHook(live, healthOf(run, live), run.options);
  switch (decision.kind) {
    case 'run':
      return startHook(run, hook);
    case 'remove':
      await deleteHook(run, hook, decision.uid);
      return { kind: 'waiting', phase, message: `waiting for the earlier ${formatRef(hook.ref)} to be gone` };
    case 'wait':
      return { kind: 'waiting', phase, message: `waiting for hook ${formatRef(hook.ref)}: ${decision.message}` };
    case 'failed':
      return failHook(run, hook, live, decision.message);
    default:
      record(run, outcome(hook, 'Synced', 'hook succeeded'));
      say(run, { phase, kind: 'done', message: 'hook succeeded', object: hook.ref });
      return undefined;
  }
}

function mergeStops(phase: HookPhase, stops: readonly Stop[]): Stop | undefined {
  const failed = stops.filter(({ kind }) => kind === 'failed');
  const chosen = failed.length > 0 ? failed : stops;
  const [first] = chosen;
  return first === undefined ? undefined : { kind: first.kind, phase, message: summarise(chosen.map(({ message }) => message)) };
}

/** Runs the hooks of a phase, wave by wave, once in an operation. */
export async function hooksStep(run: SyncRun, phase: HookPhase): Promise<Stop | undefined> {
  const rendered = phaseObjects(run.plan, phase);
  if (rendered.length === 0 || run.options.mode !== 'sync') return undefined;
  const prepared = await preparePhase(run, phase, rendered);
  if ('kind' in prepared) return prepared;
  for (const wave of wavesOf(prepared)) {
    const stops: Stop[] = [];
    for (const hook of wave) {
      const stop = await advanceHook(run, hook);
      if (stop !== undefined) stops.push(stop);
    }
    const stop = mergeStops(phase, stops);
    if (stop !== undefined) return stop;
  }
  return undefined;
}

/** After an operation has succeeded: hooks that want to go when they have done their work. */
export async function removeDoneHooks(run: SyncRun): Promise<void> {
  for (const phase of ['preSync', 'postSync'] as const) {
    for (const rendered of phaseObjects(run.plan, phase)) {
      if (!hookDeletePolicies(rendered.object).has('HookSucceeded')) continue;
      const hook = run.deps.memory.prepared.get(rendered);
      const live = hook === undefined ? undefined : await run.deps.cluster.get(hook.type, keyOfRef(hook.ref), run.signal, { metadataOnly: true });
      if (hook !== undefined && live !== undefined && trackedBy(live) === run.options.instance) await deleteHook(run, hook, live.metadata.uid);
    }
  }
}
