import { parseApplication } from '../../api/application.ts';
import { formatKey, keyOf } from '../../api/object.ts';
import { identityOf } from './observe.ts';
import type { Plannable } from './planner.ts';
import type { Projects } from './projects.ts';
import type { ApplicationCache } from './watch.ts';

/** Lists the Applications whose declarations count: those that parse, and stay, and that their projects have nothing against: others are not even read. */
export function createPlannableApplications(cache: Pick<ApplicationCache, 'values'>, { rightsOf }: Pick<Projects, 'rightsOf'>): () => readonly Plannable[] {
  return () =>
    [...cache.values()].flatMap((raw) => {
      const parsed = raw.metadata.deletionTimestamp === undefined ? parseApplication(raw) : undefined;
      if (parsed?.ok !== true) return [];
      const application = parsed.value;
      const { problem, rules } = rightsOf(raw, application);
      return problem === undefined ? [{ key: formatKey(keyOf(raw)), application, identity: identityOf(raw, rules), ...(rules === undefined ? {} : { project: rules }) }] : [];
    });
}
