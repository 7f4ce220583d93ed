import { maskObject } from '../gitops/plan/mask-object.ts';
import { declaredWave } from '../gitops/plan/object-order.ts';
import type { Problem, RenderedObject } from '../gitops/plan/plan.ts';
import { isRefused, type PlannedApplication, type RepositoryPlan } from '../gitops/plan/planned-application.ts';

/** A plan for programs: the same for the same repository, with no value of a Secret in it. */
export function planDocument(plan: RepositoryPlan): Readonly<Record<string, unknown>> {
  return { refused: isRefused(plan), applications: plan.applications.map(applicationDocument), problems: plan.problems.map(problemDocument) };
}

function applicationDocument(one: PlannedApplication): Readonly<Record<string, unknown>> {
  const { namespace, name } = one.application.metadata;
  const head = { namespace, name, origin: one.origin };
  if (one.kind === 'unplanned') return { ...head, planned: false, problems: [problemDocument(one.problem)] };
  const { plan, source, application } = one;
  return {
    ...head,
    planned: true,
    revision: plan.revision,
    source: { ...application.spec.source, readFrom: source.kind, place: source.label },
    destination: { namespace: plan.namespace, createNamespace: application.spec.syncPolicy.createNamespace },
    phases: plan.phases.map(({ name: phase, objects }) => ({ name: phase, objects: objects.map(objectDocument) })),
    needs: plan.needs,
    problems: plan.problems.map(problemDocument),
  };
}

function objectDocument(rendered: RenderedObject): Readonly<Record<string, unknown>> {
  return {
    wave: declaredWave(rendered.object) ?? 0,
    origin: rendered.origin,
    ...(rendered.namespaceAssumed === true ? { namespaceAssumed: true } : {}),
    object: maskObject(rendered),
  };
}

function problemDocument({ severity, message, origin, path }: Problem): Readonly<Record<string, unknown>> {
  return { severity, message, ...(origin === undefined ? {} : { origin }), ...(path === undefined || path === '' ? {} : { path }) };
}
