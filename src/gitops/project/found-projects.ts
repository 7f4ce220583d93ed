import { type AppProject, defaultProject, isAppProject, parseAppProject } from '../../api/app-project.ts';
import { type Application, defaultApplicationNamespace } from '../../api/application.ts';
import { formatKey, type KubeObject } from '../../api/object.ts';
import type { Problem } from '../plan/plan.ts';
import { fieldProblems, type Manifest } from '../render/manifest-reader.ts';
import { createProjectRules, type ProjectRules } from './project-rules.ts';

/** The AppProjects of a repository. */
export interface FoundProjects {
  /** Those that parse, as they are written to a cluster. */
  readonly objects: readonly KubeObject[];
  readonly problems: readonly Problem[];
  /**
   * What an Application's project allows; `unknown` where the repository has no such project: the cluster has, or has not. Undefined: everything.
   * Which namespace projects are taken from is told by the cluster; of several with the name, one of Argo CD's namespace counts before one of
   * the Application's own.
   */
  readonly rulesOf: (application: Pick<Application, 'metadata' | 'spec'>) => ProjectRules | 'unknown' | undefined;
}

interface Found {
  readonly project: AppProject | undefined;
  readonly object: KubeObject;
  readonly rules: ProjectRules | undefined;
}

/** Finds the AppProjects among manifests; what is wrong with one is a problem there. */
export function findProjects(manifests: readonly Manifest[]): FoundProjects {
  const byName = new Map<string, Found[]>();
  const problems: Problem[] = [];
  for (const manifest of manifests.filter(({ object }) => isAppProject(object))) {
    const { metadata } = manifest.object;
    const object: KubeObject = { ...manifest.object, metadata: { ...metadata, namespace: metadata.namespace ?? defaultApplicationNamespace } };
    const known = byName.get(metadata.name) ?? [];
    const parsed = parseAppProject(object);
    if (!parsed.ok) problems.push(...fieldProblems(parsed.errors, manifest));
    if (known.some((one) => one.object.metadata.namespace === object.metadata.namespace)) problems.push({ severity: 'error', message: `AppProject ${formatKey(object.metadata)} stands twice`, path: 'metadata.name', origin: { file: manifest.origin.file, line: manifest.lineOf('metadata.name') } });
    byName.set(metadata.name, [...known, parsed.ok ? { object, project: parsed.value, rules: createProjectRules(parsed.value) } : { object, project: undefined, rules: undefined }]);
  }
  return {
    objects: [...byName.values()].flat().flatMap(({ project, object }) => (project === undefined ? [] : [object])),
    problems,
    rulesOf: ({ metadata: { namespace }, spec: { project } }) => {
      const all = byName.get(project) ?? [];
      const standsIn = (home: string | undefined) => ({ object }: Found): boolean => object.metadata.namespace === home;
      const found = all.find(standsIn(defaultApplicationNamespace)) ?? all.find(standsIn(namespace)) ?? all[0];
      if (found === undefined) {
        // where other projects are, a default that is not there allows everything only to Applications of their namespace
        const isAtHome = byName.size === 0 || namespace === defaultApplicationNamespace || [...byName.values()].flat().some(standsIn(namespace));
        return project === defaultProject && isAtHome ? undefined : 'unknown';
      }
      return found.rules;
    },
  };
}
