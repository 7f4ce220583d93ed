import { describe, expect, it } from 'vitest';
import { isAppProject, parseAppProject } from './app-project.ts';
import { formatErrors } from './schema.ts';

function parse(spec: object): ReturnType<typeof parseAppProject> {
  return parseAppProject({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'nets' }, spec });
}

describe('parseAppProject', () => {
  it.each([
    [{ destinationServiceAccounts: [{ server: '*', defaultServiceAccount: '' }] }, 'spec.destinationServiceAccounts[0].defaultServiceAccount: must be NAME or NAMESPACE:NAME of a service account'],
    [{ destinationServiceAccounts: [{ server: '*', defaultServiceAccount: ' ' }] }, 'spec.destinationServiceAccounts[0].defaultServiceAccount: must be NAME or NAMESPACE:NAME of a service account'],
    [{ destinationServiceAccounts: [{ server: '*', defaultServiceAccount: 'net:' }] }, 'spec.destinationServiceAccounts[0].defaultServiceAccount: must be NAME or NAMESPACE:NAME of a service account'],
    [{ destinationServiceAccounts: [{ server: '*', defaultServiceAccount: ':admin' }] }, 'spec.destinationServiceAccounts[0].defaultServiceAccount: must be NAME or NAMESPACE:NAME of a service account'],
    [{ destinationServiceAccounts: [{ server: '*', defaultServiceAccount: 'kube-system:a:b' }] }, 'spec.destinationServiceAccounts[0].defaultServiceAccount: must be NAME or NAMESPACE:NAME of a service account'],
    [{ destinationServiceAccounts: [{ server: '*', defaultServiceAccount: 'a*' }] }, 'spec.destinationServiceAccounts[0].defaultServiceAccount: must be NAME or NAMESPACE:NAME of a service account'],
    [{ destinationServiceAccounts: [{ server: '!x', defaultServiceAccount: 'a' }] }, 'spec.destinationServiceAccounts[0].server: must be a glob without !'],
    [{ syncWindows: [] }, 'spec.syncWindows: is not supported by this version of Prelude; remove it'],
    [{ sourceRepos: ['['] }, 'spec.sourceRepos[0]: must be a glob'],
    [{ sourceNamespaces: ['/^team-(?!a)/'] }, 'spec.sourceNamespaces[0]: must be a glob, or a regular expression between slashes, of the syntax RE2'],
    [{ destination: [] }, 'spec.destination: unknown field'],
    [{ namespaceResourceWhitelist: [{ group: '', kind: 'ConfigMap', name: 'a' }] }, 'spec.namespaceResourceWhitelist[0].name: unknown field'],
  ])('refuses %j', (spec, message) => {
    const parsed = parse(spec);
    expect(parsed.ok ? '' : formatErrors(parsed.errors)).toBe(message);
  });

  it('allows nothing that is not said, save kinds with a namespace', () => {
    const parsed = parse({});
    expect(parsed).toMatchObject({ ok: true, value: { sourceRepos: [], destinations: [], clusterResourceWhitelist: [], sourceNamespaces: [], destinationServiceAccounts: [] } });
    expect(parsed.ok && 'namespaceResourceWhitelist' in parsed.value).toBe(false);
  });

  it('takes what upstream has and has no meaning here', () => {
    expect(parse({ description: 'a', roles: [{ name: 'r', policies: [] }], orphanedResources: { warn: true }, permitOnlyProjectScopedClusters: true }).ok).toBe(true);
  });

  it('refuses other versions, though it knows them', () => {
    const later = { apiVersion: 'argoproj.io/v2', kind: 'AppProject', metadata: { name: 'nets' }, spec: {} };
    expect([isAppProject(later), parseAppProject(later).ok]).toEqual([true, false]);
  });
});
