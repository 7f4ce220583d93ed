import { refKey, refOf } from '../object/object-ref.ts';
import type { ObjectRef } from '../object/object-ref.ts';
import { isSyncHook } from '../../plan/hook-phase.ts';
import type { PhaseName } from '../../plan/plan.ts';
import { prepareObject } from '../object/prepared-object.ts';
import type { SyncRun } from '../sync-run.ts';

/** Phases of nothing but hooks. */
const hookPhases: ReadonlySet<PhaseName> = new Set(['preSync', 'postSync', 'syncFail', 'preDelete', 'postDelete']);

/** What Git has. */
export interface DesiredRefs {
  /** In the order of the plan, hooks left out: they are run, not kept. */
  readonly desired: readonly ObjectRef[];
  /** Of all objects, hooks included: nothing that Git still has is ever pruned. */
  readonly keys: ReadonlySet<string>;
}

/** Lists what Git has, as it will be named in the cluster. */
export async function desiredRefs({ plan, options, deps, signal }: SyncRun): Promise<DesiredRefs> {
  const { cluster, memory } = deps;
  const discovery = await cluster.discover(signal);
  const desired: ObjectRef[] = [];
  const keys = new Set<string>();
  for (const { name: phase, objects } of plan.phases) {
    for (const rendered of objects) {
      const known = memory.prepared.get(rendered);
      const type = known?.type ?? discovery.find(rendered.object.apiVersion, rendered.object.kind);
      const named = refOf(rendered.object);
      // a kind that is not served yet may turn out to be of either scope
      const prepare = { phase, instance: options.instance, namespace: plan.namespace };
      const ref = known?.ref ?? (type === undefined ? named : prepareObject(rendered, { ...prepare, type }).ref);
      if (type === undefined) keys.add(refKey({ ...named, namespace: named.namespace ?? plan.namespace }));
      keys.add(refKey(ref));
      if (!hookPhases.has(phase) && !(phase === 'waves' && isSyncHook(rendered.object))) desired.push(ref);
    }
  }
  return { desired, keys };
}
