import { summarise } from '../../gitops/apply/phase/apply-phase.ts';
import { phaseObjects, type Stop, type SyncRun } from '../../gitops/apply/sync-run.ts';
import { readValueSources } from '../../gitops/apply/values/read-value-sources.ts';
import type { Plan } from '../../gitops/plan/plan.ts';
import type { ValueSource } from '../../gitops/plan/value-source.ts';
import { isSourceError } from '../../gitops/source/source-error.ts';

/** How long hooks before a deletion wait for values that charts take from the cluster, in milliseconds. */
const thereWithin = 600_000;

/**
 * The plan by which hooks of a deletion are run: with the values that its charts take from the cluster. Where those are not there, hooks
 * that hold some are not run: a placeholder must not be written in their place.
 */
export async function deletePlan(run: SyncRun, phase: 'preDelete' | 'postDelete'): Promise<Plan | Stop> {
  const { plan, deps, signal } = run;
  if (plan.valueSources === undefined) return plan;
  const { values, missing } = await readValueSources(deps.cluster, plan.namespace, plan.valueSources, signal);
  const holdsValues = phaseObjects(plan, phase).some((hook) => hook.holdsValues === true);
  if (missing.length > 0) return holdsValues ? withoutValues(run, phase, missing) : plan;
  deps.memory.waits.delete(phase);
  if (deps.replan === undefined) throw new Error('a plan takes values from the cluster, and nothing renders it anew');
  try {
    return await deps.replan(values, signal);
  } catch (error) {
    if (!isSourceError(error)) throw error;
    return { kind: 'failed', phase, message: error.message };
  }
}

/** What may still come is waited for, for a while. After the deletion nothing comes any more. */
function withoutValues({ plan, deps: { clock, memory } }: SyncRun, phase: 'preDelete' | 'postDelete', missing: readonly ValueSource[]): Stop {
  const what = summarise(missing.map(({ kind, name, key }) => `key ${key} of ${kind} ${plan.namespace}/${name}`));
  if (phase === 'postDelete') return { kind: 'failed', phase, message: `its PostDelete hooks take values that are not there any more (${what}), and are not run without them` };
  const since = memory.waits.get(phase) ?? clock.monotonic();
  memory.waits.set(phase, since);
  const message = `its PreDelete hooks take values that are not there: waiting for ${what}`;
  return clock.monotonic() - since > thereWithin ? { kind: 'failed', phase, message: `${message}, for more than ${thereWithin / 1000} s` } : { kind: 'waiting', phase, message };
}
