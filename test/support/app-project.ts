import { parseAppProject } from '../../src/api/app-project.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { createProjectRules, type ProjectRules } from '../../src/gitops/project/project-rules.ts';
import type { ApplicationStage } from './application-stage.ts';

/** An AppProject of namespace `argocd`. */
export function appProject(spec: object, name = 'nets'): KubeObject {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { namespace: 'argocd', name }, spec };
}

/** The rules of such a project. */
export function projectRules(spec: object): ProjectRules {
  const parsed = parseAppProject(appProject(spec));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return createProjectRules(parsed.value);
}

/** A project that is called as the test's namespace, and allows the test's repository and namespace, unless told otherwise. */
export function projectOfStage({ namespace, remote }: Pick<ApplicationStage, 'namespace' | 'remote'>, spec: object = {}): KubeObject {
  const allowed = { sourceRepos: [remote.url], destinations: [{ server: '*', namespace }], clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: namespace }] };
  return appProject({ ...allowed, ...spec }, namespace);
}
