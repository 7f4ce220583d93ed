import { listAt, textAt } from '../../health/live-field.ts';
import { phaseObjects } from '../sync-run.ts';
import type { SyncRun } from '../sync-run.ts';

/** `apiVersion Kind` of everything that the plan's own CustomResourceDefinitions will serve. */
export function definedKinds(plan: SyncRun['plan']): ReadonlySet<string> {
  const kinds = new Set<string>();
  for (const { object } of phaseObjects(plan, 'crds')) {
    const group = textAt(object, 'spec', 'group');
    const kind = textAt(object, 'spec', 'names', 'kind');
    for (const version of listAt(object, 'spec', 'versions')) kinds.add(`${group}/${textAt(version, 'name')} ${kind}`);
  }
  return kinds;
}
