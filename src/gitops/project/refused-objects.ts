import type { Problem, RenderedObject } from '../plan/plan.ts';
import { parseApiVersion } from '../../api/object.ts';
import type { ProjectRules } from './project-rules.ts';

/** The objects of an Application that its project does not allow. One of a kind whose scope only the cluster knows is among them where it is allowed neither way: of the others the cluster tells, before anything is written. */
export function refusedObjects(objects: readonly RenderedObject[], { objectRefusal }: Pick<ProjectRules, 'objectRefusal'>): readonly Problem[] {
  return objects.flatMap(({ object: { apiVersion, kind, metadata }, origin, scopeUnknown }): readonly Problem[] => {
    const object = { group: parseApiVersion(apiVersion).group, kind, name: metadata.name };
    const message = objectRefusal({ ...object, namespace: metadata.namespace });
    const isAllowedInCluster = scopeUnknown === true && objectRefusal(object) === undefined;
    return message === undefined || isAllowedInCluster ? [] : [{ severity: 'error', message, origin }];
  });
}
