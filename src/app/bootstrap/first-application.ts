import { sourcePath } from '../../api/application-source.ts';
import type { KubeObject } from '../../api/object.ts';
import { formatErrors, parse } from '../../api/schema.ts';
import { BootstrapError } from './bootstrap-error.ts';
import type { BootstrapOptions } from './bootstrap-options.ts';

/**
 * The Application that everything else comes from: the folder of the repository, kept as Git says.
 * @throws BootstrapError for a folder that the controller would not read
 */
export function firstApplication({ repository: { url, revision, path }, namespace, name }: Pick<BootstrapOptions, 'repository' | 'namespace' | 'name'>): KubeObject {
  folderOf(path);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace },
    spec: {
      project: 'default',
      source: { repoURL: url, targetRevision: revision, path },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 5, backoff: { duration: '15s', factor: 2, maxDuration: '10m' } } },
    },
  };
}

/** The folder as the controller looks it up; empty for the root of the repository. @throws BootstrapError */
export function folderOf(path: string): string {
  const parsed = parse(sourcePath, path);
  if (!parsed.ok) throw new BootstrapError(`--path ${path}: ${formatErrors(parsed.errors)}`);
  return parsed.value;
}
