import { isAppProject } from '../../api/app-project.ts';
import { isApplicationSet } from '../../api/application-set.ts';
import { isApplication } from '../../api/application.ts';
import type { Problem } from '../plan/plan.ts';
import type { DiscoveredFile } from './discover.ts';

/** A folder that an Application reads in the home. */
export interface Coverage {
  /** Files it took. */
  readonly taken: ReadonlySet<string>;
  /** Files below that it would take with `directory.recurse`. */
  readonly below: ReadonlySet<string>;
  /** The Application, for messages. */
  readonly name: string;
  /** Its folder: what it leaves out there on purpose (`exclude`) is no news. */
  readonly path: string;
}

/**
 * What lies in the repository and goes nowhere: manifests that no Application takes are a warning; a broken file that none takes
 * is one too, but an error where it may be an Application.
 */
export function uncovered(files: readonly DiscoveredFile[], coverages: readonly Coverage[]): readonly Problem[] {
  return files.flatMap((file): readonly Problem[] => {
    if (coverages.some(({ taken }) => taken.has(file.path))) return [];
    const below = coverages.find((coverage) => coverage.below.has(file.path));
    const first = file.manifests.find(({ object }) => !isApplication(object) && !isApplicationSet(object) && !isAppProject(object));
    const broken = file.problems.map((problem): Problem => (file.mayHideApplication ? problem : { ...problem, severity: 'warning' }));
    if (first === undefined) return broken;
    if (below === undefined && coverages.some(({ path }) => path !== '' && file.path.startsWith(`${path}/`))) return broken;
    const reason = below === undefined ? 'no Application covers this file' : `it lies below the folder of Application ${below.name}, whose directory.recurse is off`;
    return [...broken, { severity: 'warning', message: `not applied: ${reason}`, origin: first.origin }];
  });
}
