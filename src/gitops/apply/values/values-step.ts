import { isSourceError } from '../../source/source-error.ts';
import type { Plan } from '../../plan/plan.ts';
import { barrierStep } from '../barrier/barrier-step.ts';
import { awaitedOf, isMadeAtRuntime } from '../barrier/held-back.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import { applyPhase, summarise } from '../phase/apply-phase.ts';
import { namespaceStep } from '../phase/namespace-step.ts';
import { noteBegin } from '../note-begin.ts';
import { preflight } from '../phase/preflight.ts';
import { secretsStep } from '../phase/secrets-step.ts';
import { phaseObjects } from '../sync-run.ts';
import type { Stop, SyncRun } from '../sync-run.ts';
import { firstPass } from './first-pass.ts';
import { readValueSources } from './read-value-sources.ts';
import { unsteadyReason } from './unsteady.ts';

/** How often a chart is rendered anew because two renders do not agree. */
const rendersAnew = 2;

/** The plan with the values that its charts take from the cluster, or what it waits for. */
export type ValuedPlan =
  | {
      readonly plan: Plan;
      /** Which versions they were read from. */
      readonly versions: string;
      /** What the first pass has written. The plan may lack some of it: a branch that is taken for placeholders alone. */
      readonly written: readonly ObjectRef[];
    }
  | { readonly stop: Stop };

/**
 * The first of two passes over a plan whose charts take values from Secrets: makes what makes those Secrets, waits until they are there and
 * current, reads them and renders anew. The second pass is that of any other plan, with the barrier for what the new render needs.
 */
export async function valuesStep(run: SyncRun): Promise<ValuedPlan> {
  const stop = await prepareValues(run);
  if (stop !== undefined) return { stop };
  const { plan, deps, signal } = run;
  const sources = plan.valueSources ?? [];
  const { values, missing, versions } = await readValueSources(deps.cluster, plan.namespace, sources, signal);
  if (missing.length > 0) return { stop: { kind: 'waiting', phase: 'barrier', message: `waiting for ${summarise(missing.map(({ kind, name, key }) => `key ${key} of ${kind} ${plan.namespace}/${name}, which a chart takes a value from`))}` } };
  if (deps.replan === undefined) throw new Error('a plan takes values from the cluster, and nothing renders it anew');
  try {
    const valued = await deps.replan(values, signal);
    const unsteady = run.options.mode === 'compare' ? undefined : unsteadyReason(firstPass(plan), valued);
    if (unsteady !== undefined) return { stop: unsteadyStop(run, unsteady) };
    delete deps.memory.unsteady;
    return { plan: valued, versions, written: [...run.outcomes.values()].map(({ ref }) => ref) };
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return { stop: { kind: 'failed', phase: 'barrier', message: error.message } };
  }
}

/** What a chart looks up may have come in between: all of it is rendered anew, and where that does not help, a person must. */
function unsteadyStop({ deps, options: { target } }: SyncRun, reason: string): Stop {
  const count = 1 + (deps.memory.unsteady?.target === target ? deps.memory.unsteady.count : 0);
  deps.memory.unsteady = { target, count };
  if (count > rendersAnew) return { kind: 'failed', phase: 'barrier', message: reason };
  deps.onUnsteady?.();
  return { kind: 'waiting', phase: 'barrier', message: `waiting for another render: ${reason}`, isRenderedAnew: true };
}

async function prepareValues(run: SyncRun): Promise<Stop | undefined> {
  const { mode, target, isTouched } = run.options;
  const { memory } = run.deps;
  if (mode === 'compare') return undefined;
  const refused = await preflight(run);
  if (refused !== undefined) return refused;
  await noteBegin(run);
  // what nothing needs gates the second pass
  const early: SyncRun = { ...run, plan: firstPass(run.plan), whole: run.plan, options: { ...run.options, gateAll: false } };
  const stop = (await namespaceStep(early)) ?? (await applyPhase(early, 'plumbing', phaseObjects(early.plan, 'plumbing'))) ?? (await secretsStep(early));
  // as with any barrier: a revision that has passed is not held up by a provider's later failure
  const isPassed = (mode === 'heal' && memory.rebuilding !== target && isTouched !== true) || memory.opened?.target === target;
  if (stop !== undefined || isPassed || early.plan.needs.length === 0) return stop;
  const declared = early.plan.needs.filter((need) => !isMadeAtRuntime(need));
  return (await barrierStep({ ...early, plan: { ...early.plan, needs: declared } }, 'first')) ?? (await producersStep(early));
}

/** What of the sources something makes as it runs. Nothing runs on a cluster that only records. */
async function producersStep(run: SyncRun): Promise<Stop | undefined> {
  const awaited = run.deps.cluster.kind === 'recorded' ? [] : await awaitedOf(run, run.plan.needs.filter(isMadeAtRuntime));
  if (awaited.length === 0) return undefined;
  return { kind: 'waiting', phase: 'barrier', message: `waiting for ${summarise(awaited.map(({ message }) => message))}`, isForSecrets: true };
}
