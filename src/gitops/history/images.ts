import { listAt, textAt } from '../health/live-field.ts';
import { hookPhasesOf } from '../plan/hook-phase.ts';
import { podSpecsOf } from '../plan/needs/pod-bearing.ts';
import type { Plan, RenderedObject } from '../plan/plan.ts';
import { refKey, refOf } from '../apply/object/object-ref.ts';

/** The images of one object's pods, each once, sorted. Of what takes values from Secrets none is told. */
function imagesOf({ object, taint, holdsValues, sops }: RenderedObject): readonly string[] {
  if (taint.length > 0 || holdsValues === true || sops !== undefined) return [];
  const containers = podSpecsOf(object).flatMap(({ value }) => ['initContainers', 'containers'].flatMap((field) => listAt(value, field)));
  return [...new Set(containers.flatMap((container) => textAt(container, 'image') ?? []))].toSorted();
}

/** The images that a plan brings in, by object (`refKey`); objects without pods are not there. */
export function imagesByObject({ phases }: Pick<Plan, 'phases'>): ReadonlyMap<string, readonly string[]> {
  const images = new Map<string, readonly string[]>();
  for (const rendered of phases.flatMap(({ objects }) => objects)) {
    const own = imagesOf(rendered);
    if (own.length > 0) images.set(refKey(refOf(rendered.object)), own);
  }
  return images;
}

/** `status.summary.images`: those of objects that stay, so without hooks. */
export function summaryImages({ phases }: Pick<Plan, 'phases'>): readonly string[] {
  const kept = phases.flatMap(({ name, objects }) => (name === 'waves' ? [{ name, objects: objects.filter(({ object }) => hookPhasesOf(object).length === 0) }] : []));
  return [...new Set([...imagesByObject({ phases: kept }).values()].flat())].toSorted();
}
