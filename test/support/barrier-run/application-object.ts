import type { KubeObject } from '../../../src/api/object.ts';
import type { Scenario } from './scenario.ts';
import { turnName } from './turner.ts';

/** The Application of a run: automated, healed, and tried again every second. */
export function applicationObject({ secrets, value, turning }: Scenario, { namespace, applications, repoURL }: { readonly namespace: string; readonly applications: string; readonly repoURL: string }): KubeObject {
  const people = secrets.filter(({ maker }) => maker === 'person').map(({ name }) => name);
  const taken = [
    ...(value === undefined ? [] : [`- {kind: Secret, name: ${value.secret}, valuesKey: ${value.key}, targetPath: taken}\n`]),
    ...(turning?.by === 'value' ? [`- {kind: ConfigMap, name: ${turnName}, valuesKey: turn, targetPath: turn}\n`] : []),
  ];
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      namespace: applications,
      name: namespace,
      annotations: {
        ...(people.length === 0 ? {} : { 'prelude.dev/assume-secrets': people.join(', ') }),
        ...(taken.length === 0 ? {} : { 'prelude.dev/values-from': taken.join('') }),
      },
    },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path: 'manifests' },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'], retry: { limit: 100, backoff: { duration: '1s', factor: 1, maxDuration: '1s' } } },
    },
  };
}
