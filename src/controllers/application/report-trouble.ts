import type { ApplicationStatus } from '../../api/application-status.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import type { KubeObject } from '../../api/object.ts';
import { mergeConditions } from '../../gitops/history/application-conditions.ts';
import type { ConditionNote } from '../../gitops/history/application-conditions.ts';
import { healthStatus } from '../../gitops/history/application-health.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import type { ApplicationContext } from './context.ts';
import { deletionFinalizers, isFinalizer } from './deletion-finalizers.ts';
import type { SyncDecision } from './decide.ts';
import type { Observed, Unplanned } from './observe.ts';

/** Tells the timeline, once, why an Application is not brought in. */
function tellOnce(raw: KubeObject, message: string, context: ApplicationContext): void {
  const memory = context.memoryOf(formatKey(keyOf(raw)));
  if (memory.refused === message) return;
  memory.refused = message;
  const { namespace = '', name } = raw.metadata;
  context.progress.report({ application: { namespace, name }, phase: 'namespace', kind: 'failed', message, at: context.clock.now() });
}

/** Nothing can be compared: conditions say why, and what was known of health stays. Says whether that is news. */
function writeUnknown(raw: KubeObject, notes: readonly ConditionNote[], context: ApplicationContext, signal: AbortSignal): Promise<boolean> {
  const before = context.statuses.current(raw);
  const now = context.clock.now();
  const status: ApplicationStatus = {
    ...before,
    sync: { ...before.sync, status: 'Unknown' },
    health: before.health ?? healthStatus(undefined, { status: 'Unknown', message: '' }, now),
    conditions: mergeConditions(before.conditions ?? [], notes, now),
  };
  return context.statuses.write(raw, status, signal);
}

/** The Application itself is wrong. */
export async function reportInvalid(raw: KubeObject, message: string, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  tellOnce(raw, message, context);
  const isNews = await writeUnknown(raw, [{ type: 'InvalidSpecError', message }], context, signal);
  return { outcome: { kind: 'stalled', reason: 'InvalidSpecError', message }, events: isNews ? [{ type: 'Warning', reason: 'InvalidSpecError', message }] : [] };
}

/**
 * The Application is being deleted, and what is to go with it cannot be told: its project and its options stand in the spec. Undefined where
 * nothing of ours holds it.
 */
export async function reportUndeletable(raw: KubeObject, problem: string, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  const held = (raw.metadata.finalizers ?? []).filter((name) => deletionFinalizers.some((ours) => isFinalizer(name, ours)));
  if (held.length === 0) return undefined;
  const message = `the Application cannot be deleted because its spec is wrong: ${problem}. Correct the spec; or, to delete the Application and leave its objects, remove its finalizers (${held.join(', ')})`;
  tellOnce(raw, message, context);
  const isNews = await writeUnknown(raw, [{ type: 'DeletionError', message }], context, signal);
  return { outcome: { kind: 'stalled', reason: 'DeletionError', message }, events: isNews ? [{ type: 'Warning', reason: 'DeletionError', message }] : [] };
}

/** Milliseconds until a server that refuses is asked again although nobody has changed a credential: somebody may have let us in there. */
const credentialsNet = 120_000;

/** Git cannot be read, or what is in it is refused, and nothing was good before. The namespace was not touched. */
export async function reportUnplanned({ raw, notes, transient, isDenied }: Unplanned, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const message = notes.map((note) => note.message).join('; ');
  tellOnce(raw, message, context);
  // it is tried again and again, and told once
  const events = (await writeUnknown(raw, notes, context, signal)) ? [{ type: 'Warning', reason: 'ComparisonError', message } as const] : [];
  // a Secret with credentials may be on its way, and wakes the Application: nothing has failed that could be tried again before
  if (isDenied) return { outcome: { kind: 'waiting', reason: 'WaitingForCredentials', message, requeueAfter: credentialsNet }, events };
  return { outcome: { kind: transient ? 'failed' : 'stalled', reason: 'ComparisonError', message }, events };
}

/** The last attempt has failed, and the next one has its time. */
export async function reportBackoff(observed: Observed, decision: SyncDecision & { readonly kind: 'backoff' }, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const { status } = observed.application;
  const kept = (status.conditions ?? []).filter(({ type }) => type === 'SyncError' || type === 'SharedResourceWarning');
  const notes = [...observed.notes, ...kept.map(({ type, message }): ConditionNote => ({ type: type === 'SyncError' ? type : 'SharedResourceWarning', message }))];
  const conditions = mergeConditions(status.conditions ?? [], notes, context.clock.now());
  await context.statuses.write(observed.raw, { ...status, conditions }, signal);
  return { outcome: { kind: 'waiting', reason: 'Backoff', message: decision.operation.message ?? '', requeueAfter: decision.after } };
}
