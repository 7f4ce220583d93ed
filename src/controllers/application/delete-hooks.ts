import { hooksStep, removeDoneHooks } from '../../gitops/apply/phase/hooks-step.ts';
import { phaseObjects } from '../../gitops/apply/sync-run.ts';
import type { Stop, SyncRun } from '../../gitops/apply/sync-run.ts';
import { mergeConditions } from '../../gitops/history/application-conditions.ts';
import type { Reconciled } from '../../runtime/outcome.ts';
import { depsOf } from './act.ts';
import { amendMetadata, withoutFinalizers } from './amend.ts';
import type { ApplicationContext } from './context.ts';
import { deletePlan } from './delete-plan.ts';
import { hookFinalizers, isFinalizer } from './deletion-finalizers.ts';
import { observe } from './observe.ts';
import type { Observed, Subject } from './observe.ts';
import { syncOptionsOf } from './sync-options.ts';

type DeletePhase = 'preDelete' | 'postDelete';

/** Argo CD's: they hold an Application that has such hooks until those have run. */
const phases: readonly DeletePhase[] = ['preDelete', 'postDelete'];

/** How often to look whether a hook is done, in milliseconds. */
const lookAgain = 3_000;

function holds(present: readonly string[], phase: DeletePhase): boolean {
  return present.some((name) => isFinalizer(name, hookFinalizers[phase]));
}

/** Whether hooks are to run before an Application that is being deleted may go. */
export function hasDeleteHooks({ raw }: Pick<Subject, 'raw'>): boolean {
  return phases.some((phase) => holds(raw.metadata.finalizers ?? [], phase));
}

/** Holds an Application that has hooks for its deletion, and lets go of one that has none any more. Writes nothing where nothing changes. */
export async function keepDeleteFinalizers({ raw, plan }: Pick<Observed, 'raw' | 'plan'>, context: Pick<ApplicationContext, 'cluster' | 'statuses'>, signal: AbortSignal): Promise<void> {
  const isWanted = (phase: DeletePhase): boolean => phaseObjects(plan, phase).length > 0;
  const isRight = (present: readonly string[]): boolean => phases.every((phase) => holds(present, phase) === isWanted(phase));
  if (isRight(raw.metadata.finalizers ?? [])) return;
  const change = (present: readonly string[]): readonly string[] => {
    const kept = present.filter((name) => !phases.some((phase) => !isWanted(phase) && holds([name], phase)));
    return [...kept, ...phases.filter((phase) => isWanted(phase) && !holds(kept, phase)).map((phase) => hookFinalizers[phase])];
  };
  const after = await amendMetadata(context.cluster, raw, (metadata) => (isRight(metadata.finalizers ?? []) ? undefined : { ...metadata, finalizers: change(metadata.finalizers ?? []) }), signal);
  context.statuses.amended(raw, after);
}

async function failed({ raw, application }: Subject, phase: DeletePhase, reason: string, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled> {
  const message = `${reason}. To delete the Application without these hooks, remove its finalizer ${hookFinalizers[phase]}`;
  const conditions = mergeConditions(application.status.conditions ?? [], [{ type: 'DeletionError', message }], context.clock.now());
  await context.statuses.write(raw, { ...application.status, conditions }, signal);
  return { outcome: { kind: 'failed', reason: 'DeletionError', message } };
}

async function runHooks(planned: SyncRun, phase: DeletePhase): Promise<Stop | undefined> {
  const plan = await deletePlan(planned, phase);
  if ('kind' in plan) return plan;
  const run: SyncRun = { ...planned, plan };
  const stop = await hooksStep(run, phase);
  if (stop === undefined) await removeDoneHooks(run, [phase]);
  return stop;
}

/** Runs the hooks of a deletion. Undefined once there is nothing more to run, and the Application is no longer held for them. */
export async function runDeleteHooks(subject: Subject, phase: DeletePhase, context: ApplicationContext, signal: AbortSignal): Promise<Reconciled | undefined> {
  if (!holds(subject.raw.metadata.finalizers ?? [], phase)) return undefined;
  const observed = await observe(subject, context, signal);
  if (observed.plan === undefined) return failed(subject, phase, `its hooks cannot be read from Git: ${observed.notes.map(({ message }) => message).join('; ')}`, context, signal);
  const options = { ...syncOptionsOf(observed, 'sync', { controlNamespace: context.controlNamespace, operation: undefined }), operation: `delete/${subject.raw.metadata.uid ?? ''}` };
  const stop = await runHooks({ plan: observed.plan, options, deps: depsOf(observed, context), signal, outcomes: new Map() }, phase);
  if (stop?.kind === 'waiting') return { outcome: { kind: 'waiting', reason: 'Deleting', message: stop.message, requeueAfter: lookAgain } };
  if (stop !== undefined) return failed(subject, phase, stop.message, context, signal);
  await amendMetadata(context.cluster, subject.raw, withoutFinalizers((name) => holds([name], phase)), signal);
  return undefined;
}
