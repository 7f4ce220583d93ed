import type { RenderInput } from '../renderer.ts';

/** What Argo CD calls its build environment: names that parameters and paths may hold. */
export type BuildEnvironment = ReadonlyMap<string, string>;

export function buildEnvironment({ application, tree, source }: Pick<RenderInput, 'application' | 'tree' | 'source'>): BuildEnvironment {
  // of a packaged chart it is the version there: `1.2.3@sha256:…` would fit in no label
  const revision = tree.revision.replace(/@sha256:[0-9a-f]{64}$/, '');
  return new Map([
    ['ARGOCD_APP_NAME', application.metadata.name],
    ['ARGOCD_APP_NAMESPACE', application.spec.destination.namespace],
    ['ARGOCD_APP_PROJECT_NAME', application.spec.project],
    ['ARGOCD_APP_REVISION', revision],
    ['ARGOCD_APP_REVISION_SHORT', revision.slice(0, 7)],
    ['ARGOCD_APP_REVISION_SHORT_8', revision.slice(0, 8)],
    ['ARGOCD_APP_SOURCE_PATH', source.path],
    ['ARGOCD_APP_SOURCE_REPO_URL', source.repoURL],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.targetRevision],
    ...(source.helm?.kubeVersion === undefined ? [] : [['KUBE_VERSION', source.helm.kubeVersion] as const]),
    ...(source.helm === undefined || source.helm.apiVersions.length === 0 ? [] : [['KUBE_API_VERSIONS', source.helm.apiVersions.join(',')] as const]),
  ]);
}

/** A text with `$NAME` and `${NAME}` filled in; `$$` is a dollar sign. */
export interface Substituted {
  readonly text: string;
  /** Names that stand for nothing here, and have become nothing, as in Argo CD. */
  readonly unknown: readonly string[];
}

/** Go's os.Expand over the build environment. A dollar sign before anything else stays. */
export function substitute(text: string, environment: BuildEnvironment): Substituted {
  const unknown: string[] = [];
  const filled = text.replace(/\$(?:\$|([A-Za-z_][A-Za-z0-9_]*)|\{([^{}]+)\})/g, (whole: string, plain: string | undefined, braced: string | undefined) => {
    const name = plain ?? braced;
    if (name === undefined) return '$';
    const value = environment.get(name);
    if (value === undefined) unknown.push(whole);
    return value ?? '';
  });
  return { text: filled, unknown };
}
