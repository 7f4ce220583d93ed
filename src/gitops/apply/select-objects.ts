import type { Plan, RenderedObject } from '../plan/plan.ts';
import { type ObjectRef, refOf } from './object/object-ref.ts';

type Matches = (ref: ObjectRef) => boolean;

function withObjects(plan: Plan, keep: (rendered: RenderedObject) => boolean): Plan {
  return { ...plan, phases: plan.phases.map(({ name, objects }) => ({ name, objects: objects.filter(keep) })) };
}

/**
 * The part of a plan that is about some objects, and the needs of those: a selected workload waits for its Secrets like any other. What
 * charts take their values from is needed in any case.
 */
export function selectObjects(plan: Plan, matches: Matches): Plan {
  const selected = withObjects(plan, ({ object }) => matches(refOf(object)));
  const consumers = new Set(selected.phases.flatMap(({ objects }) => objects.map(({ object }) => `${object.kind} ${object.metadata.name}`)));
  const needs = plan.needs.filter((need) => need.consumers.some(({ kind, name }) => kind === 'Application' || consumers.has(`${kind} ${name}`)));
  return { ...selected, needs };
}

/** The rest of a plan, which needs nothing because nothing of it is written. */
export function otherObjects(plan: Plan, matches: Matches): Plan {
  return { ...withObjects(plan, ({ object }) => !matches(refOf(object))), needs: [] };
}
