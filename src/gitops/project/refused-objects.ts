import type { Problem, RenderedObject } from '../plan/plan.ts';
import { parseApiVersion } from '../../api/object.ts';
import type { ProjectRules } from './project-rules.ts';

/** The objects of an Application that its project does not allow. One of a kind whose scope only the cluster knows is taken for one with a namespace: the cluster tells before it is written. */
export function refusedObjects(objects: readonly RenderedObject[], { objectRefusal }: Pick<ProjectRules, 'objectRefusal'>): readonly Problem[] {
  return objects.flatMap(({ object: { apiVersion, kind, metadata }, origin }): readonly Problem[] => {
    const message = objectRefusal({ group: parseApiVersion(apiVersion).group, kind, name: metadata.name, namespace: metadata.namespace });
    return message === undefined ? [] : [{ severity: 'error', message, origin }];
  });
}
