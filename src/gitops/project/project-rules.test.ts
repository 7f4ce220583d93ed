import { describe, expect, it } from 'vitest';
import { projectRules as rules } from '../../../test/support/app-project.ts';
import { type Application, parseApplication } from '../../api/application.ts';
import type { ProjectRules } from './project-rules.ts';

const anywhere = [{ namespace: '*', server: '*' }];

function application({ namespace = 'argocd', destination = 'devnet', ...source }: { readonly namespace?: string; readonly destination?: string } & Readonly<Record<string, unknown>> = {}): Application {
  const spec = { ...('sources' in source ? {} : { source: { repoURL: 'https://git.example/a' } }), ...source, destination: { name: 'in-cluster', namespace: destination } };
  const parsed = parseApplication({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace, name: 'devnet' }, spec });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.value;
}

const told = (project: ProjectRules, of: Application): readonly string[] => project.refusals(of).map(({ path, message }) => `${path}: ${message}`);

describe('what a project says of an Application', () => {
  it('concerns each of its sources', () => {
    const sources = [{ repoURL: 'https://git.example/a' }, { repoURL: 'https://git.example/values', ref: 'values' }, { repoURL: 'https://charts.example', chart: 'postgres', targetRevision: '1.0.0' }];
    const of = application({ sources });
    expect(told(rules({ sourceRepos: ['https://git.example/a'], destinations: anywhere }), of)).toEqual([
      'spec.sources[1].repoURL: project nets does not allow this repository (sourceRepos)',
      'spec.sources[2].repoURL: project nets does not allow this repository (sourceRepos)',
    ]);
    expect(told(rules({ sourceRepos: ['https://git.example/*', 'https://charts.example'], destinations: anywhere }), of)).toEqual([]);
  });

  it('concerns where it stands', () => {
    const strict = rules({ sourceRepos: ['*'], destinations: anywhere, sourceNamespaces: ['team-*', '!team-x'] });
    const refused = ['argocd', 'team-a', 'team-x', 'other'].map((namespace) => told(strict, application({ namespace })));
    expect(refused).toEqual([[], [], ['metadata.namespace: project nets does not allow Applications of namespace team-x (sourceNamespaces)'], ['metadata.namespace: project nets does not allow Applications of namespace other (sourceNamespaces)']]);
  });

  it('takes a namespace between slashes for a regular expression, as Argo CD does', () => {
    const strict = rules({ sourceRepos: ['*'], destinations: anywhere, sourceNamespaces: ['/^team-[ab]$/'] });
    expect(['team-a', 'team-c', 'my-team-a'].map((namespace) => told(strict, application({ namespace })).length)).toEqual([0, 1, 1]);
  });

  it.each<[readonly object[], string, boolean]>([
    [[], 'devnet', false],
    [[{ server: '*', namespace: 'net-*' }], 'net-1', true],
    [[{ server: '*', namespace: 'net-*' }], 'kube-system', false],
    [[{ server: 'https://kubernetes.default.svc', namespace: 'devnet' }], 'devnet', true],
    [[{ server: 'https://other.example', namespace: 'devnet' }], 'devnet', false],
    [[{ name: 'in-cluster', namespace: '*' }], 'devnet', true],
    [[{ name: 'other', namespace: '*' }], 'devnet', false],
    [[{ namespace: 'devnet' }], 'devnet', false],
    [[{ server: '*' }], 'devnet', false],
    [[{ server: '*', namespace: '*' }, { server: '*', namespace: '!kube-*' }], 'kube-system', false],
    [[{ server: '*', namespace: '*' }, { server: '*', namespace: '!kube-*' }], 'devnet', true],
    [[{ server: '*', namespace: '*' }, { server: '!https://kubernetes.default.svc', namespace: '*' }], 'devnet', false],
  ])('concerns where it deploys to: %j and %s: %s', (destinations, destination, isAllowed) => {
    expect(told(rules({ sourceRepos: ['*'], destinations }), application({ destination }))).toEqual(isAllowed ? [] : [`spec.destination.namespace: project nets does not allow namespace ${destination} (destinations)`]);
  });
});

describe('the identity of a project', () => {
  it('is short, and another one for each text', () => {
    const many = Array.from({ length: 1000 }, (_one, index) => `https://git.example/${index}`);
    const [all, fewer] = [many, many.slice(1)].map((sourceRepos) => rules({ sourceRepos }).identity);
    expect(all).toMatch(/^[0-9a-f]{64}$/);
    expect(all).toBe(rules({ sourceRepos: many }).identity);
    expect(all).not.toBe(fewer);
  });
});

describe('kinds of a project', () => {
  const role = { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' };
  const config = { group: '', kind: 'ConfigMap', name: 'a', namespace: 'devnet' };

  it('are none without a namespace unless listed', () => {
    expect(rules({ destinations: anywhere }).objectRefusal(role)).toBe('project nets does not allow ClusterRole admin of rbac.authorization.k8s.io (clusterResourceWhitelist)');
    const listed = rules({ clusterResourceWhitelist: [{ group: '*', kind: '*' }], clusterResourceBlacklist: [{ group: 'rbac.*', kind: 'ClusterRole', name: 'adm*' }] });
    expect(listed.objectRefusal(role)).toMatch(/\(clusterResourceBlacklist\)$/);
    expect(listed.objectRefusal({ ...role, name: 'view' })).toBeUndefined();
    const one = rules({ clusterResourceWhitelist: [{ group: '', kind: 'Namespace', name: 'net-*' }] });
    const refused = ['net-1', 'kube-system'].map((name) => one.objectRefusal({ group: '', kind: 'Namespace', name }) !== undefined);
    expect(refused).toEqual([false, true]);
  });

  it('are all with a namespace unless a list says otherwise', () => {
    expect(rules({ destinations: anywhere }).objectRefusal(config)).toBeUndefined();
    expect(rules({ destinations: anywhere, namespaceResourceWhitelist: [] }).objectRefusal(config)).toMatch(/\(namespaceResourceWhitelist\)$/);
    expect(rules({ destinations: anywhere, namespaceResourceWhitelist: [{ group: '', kind: 'Config*' }] }).objectRefusal(config)).toBeUndefined();
    expect(rules({ destinations: anywhere, namespaceResourceBlacklist: [{ group: '', kind: 'ConfigMap' }] }).objectRefusal(config)).toMatch(/\(namespaceResourceBlacklist\)$/);
    expect(rules({ destinations: [{ server: '*', namespace: 'other' }] }).objectRefusal(config)).toBe('project nets does not allow namespace devnet (destinations)');
  });
});

describe('accounts of a project', () => {
  const accounts = [{ server: 'https://kubernetes.default.svc', namespace: 'net-*', defaultServiceAccount: 'deployer' }, { server: '*', namespace: 'prod', defaultServiceAccount: 'ops:prod-deployer' }];
  const project = rules({ sourceRepos: ['*'], destinations: anywhere, destinationServiceAccounts: accounts });

  it('are of the destination, unless a namespace is named', () => {
    expect(['net-1', 'prod', 'other'].map(project.userFor)).toEqual(['system:serviceaccount:net-1:deployer', 'system:serviceaccount:ops:prod-deployer', undefined]);
  });

  it('are the only ones: an Application for which there is none is refused', () => {
    expect(told(project, application({ destination: 'other' }))).toEqual(['spec.destination.namespace: project nets names no service account for namespace other (destinationServiceAccounts), and nothing is written as anybody else']);
    expect(told(project, application({ destination: 'net-1' }))).toEqual([]);
  });

  it('are nobody where there are none: the controller writes itself', () => {
    expect(rules({}).userFor('devnet')).toBeUndefined();
  });
});
