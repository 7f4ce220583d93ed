import type { KubeObject } from '../../api/object.ts';
import type { DiscoveredApplication, DiscoveredSet } from '../discover/discover.ts';
import type { ResolvedTree } from '../source/resolver.ts';
import type { Declarations } from './declare/declarations.ts';
import type { Plan, Problem } from './plan.ts';

/** What became of one Application of a repository. */
export type PlannedApplication = DiscoveredApplication & (Planned | Unplanned);

interface Planned {
  readonly kind: 'planned';
  readonly plan: Plan;
  readonly declarations: Declarations;
  /** How its source was come by. */
  readonly source: ResolvedTree['readFrom'];
}

/** Its source could not be read, or not from here. */
interface Unplanned {
  readonly kind: 'unplanned';
  readonly problem: Problem;
}

/** A repository's Applications and what refuses or troubles them. */
export interface RepositoryPlan {
  /** In an order in which one after the other can be brought in: who provides stores or Secrets before who uses them. */
  readonly applications: readonly PlannedApplication[];
  /** What some of them are rendered from. */
  readonly sets: readonly DiscoveredSet[];
  /** AppProjects, as they are written to a cluster that has none of the name. */
  readonly projects: readonly KubeObject[];
  /** What no Application's plan tells: broken Applications, files that nothing covers, objects claimed twice. */
  readonly problems: readonly Problem[];
}

/** True where anything refuses: an error in a plan or in the repository, or an Application that could not be planned. */
export function isRefused({ applications, problems }: RepositoryPlan): boolean {
  const isError = ({ severity }: Problem): boolean => severity === 'error';
  return problems.some(isError) || applications.some((one) => one.kind === 'unplanned' || one.plan.problems.some(isError));
}
