import type { KubeObject } from '../../api/object.ts';
import type { BootstrapOptions } from './bootstrap-options.ts';

/** The Application that everything else comes from: the folder of the repository, kept as Git says. */
export function firstApplication({ repository: { url, revision, path }, namespace, name }: Pick<BootstrapOptions, 'repository' | 'namespace' | 'name'>): KubeObject {
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
