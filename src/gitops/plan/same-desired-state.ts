import { isDeepStrictEqual } from 'node:util';
import type { Plan, RenderedObject } from './plan.ts';

/**
 * Whether two plans bring in the same objects. Most commits of a repository change one of many Applications: to all others they say what the
 * commit before them said. Where an object stands in its file, and who provides what it needs, changes nothing that is written.
 */
export function isSameDesiredState(one: Plan, other: Plan): boolean {
  if (one === other) return true;
  if (one.namespace !== other.namespace || !isDeepStrictEqual(one.valueSources, other.valueSources)) return false;
  return one.phases.every(({ name, objects }, index) => {
    const others = other.phases[index];
    return others?.name === name && objects.length === others.objects.length && objects.every((rendered, at) => isSameObject(rendered, others.objects[at]));
  });
}

function isSameObject(one: RenderedObject, other: RenderedObject | undefined): boolean {
  return one === other || (other !== undefined && isDeepStrictEqual(written(one), written(other)));
}

/** All of it that has a say in what is written. */
function written({ object, sops, sopsEntries, holdsValues }: RenderedObject): unknown {
  return [object, sops, sopsEntries, holdsValues];
}
