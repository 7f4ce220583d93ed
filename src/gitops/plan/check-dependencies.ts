import { formatKey } from '../../api/object.ts';
import type { DiscoveredApplication } from '../discover/discover.ts';
import { dependencyCycle, dependsOnAnnotation, describeCycle, readDependencies } from './depends-on.ts';
import type { Problem } from './plan.ts';

/** Applications that wait for themselves, each cycle told once, and those that wait for one that is not in the repository. */
export function checkDependencies(applications: readonly DiscoveredApplication[]): readonly Problem[] {
  const dependencies = new Map(applications.map(({ application }) => [formatKey(application.metadata), readDependencies(application.metadata).keys.map(formatKey)]));
  const told = new Set<string>();
  const of = (key: string): readonly string[] => dependencies.get(key) ?? [];
  return applications.flatMap(({ application, origin, lineOf }) => {
    const key = formatKey(application.metadata);
    const path = `metadata.annotations[${dependsOnAnnotation}]`;
    const at = { path, origin: { file: origin.file, line: lineOf(path) } };
    const missing = of(key).filter((name) => !dependencies.has(name)).map((name): Problem => ({ severity: 'warning', message: `Application ${name} is not in this repository; in the cluster it is waited for`, ...at }));
    const cycle = told.has(key) ? undefined : dependencyCycle(key, of);
    if (cycle === undefined) return missing;
    for (const name of cycle) told.add(name);
    return [...missing, { severity: 'error', message: describeCycle(cycle), ...at }];
  });
}
