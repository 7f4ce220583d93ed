import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../api/object.ts';
import { createScopes, placeObject } from './scope.ts';

function crd(kind: string, scope: string): KubeObject {
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'x' }, spec: { group: 'example.org', names: { kind }, scope } };
}

const scopes = createScopes([crd('Wide', 'Cluster'), crd('Narrow', 'Namespaced')]);

describe('createScopes', () => {
  it.each([
    ['v1', 'Namespace', 'cluster'],
    ['v1', 'Pod', 'namespaced'],
    ['apps/v1', 'Deployment', 'namespaced'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'cluster'],
    ['rbac.authorization.k8s.io/v1', 'Role', 'namespaced'],
    ['external-secrets.io/v1', 'ClusterSecretStore', 'cluster'],
    ['external-secrets.io/v1', 'SecretStore', 'namespaced'],
    ['argoproj.io/v1alpha1', 'Application', 'namespaced'],
    ['gateway.networking.k8s.io/v1', 'Gateway', 'namespaced'],
    ['example.org/v1', 'Wide', 'cluster'],
    ['example.org/v2', 'Narrow', 'namespaced'],
    ['example.org/v1', 'Other', 'unknown'],
    ['other.example/v1', 'Namespace', 'unknown'],
  ])('takes %s %s for %s', (apiVersion, kind, scope) => {
    expect(scopes({ apiVersion, kind })).toBe(scope);
  });

  it('believes a definition in the repository over its own table', () => {
    const definition = { ...crd('ClusterIssuer', 'Namespaced'), spec: { group: 'cert-manager.io', names: { kind: 'ClusterIssuer' }, scope: 'Namespaced' } };

    expect(createScopes([definition])({ apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' })).toBe('namespaced');
  });
});

describe('placeObject', () => {
  const rendered = (namespace?: string) => ({
    object: { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', ...(namespace === undefined ? {} : { namespace }) } },
    origin: { file: 'a.yaml', line: 1 },
    taint: [],
  });

  it.each([
    ['namespaced', undefined, 'devnet', undefined, undefined],
    ['namespaced', 'other', 'other', undefined, undefined],
    ['cluster', undefined, undefined, undefined, undefined],
    ['cluster', 'other', undefined, undefined, undefined],
    ['unknown', undefined, 'devnet', true, true],
    ['unknown', 'other', 'other', undefined, true],
  ] as const)('puts an object of scope %s that names %j into %j', (scope, own, expected, assumed, unknown) => {
    const placed = placeObject(rendered(own), scope, 'devnet');

    expect(placed.object.metadata.namespace).toBe(expected);
    expect(placed.namespaceAssumed).toBe(assumed);
    expect(placed.scopeUnknown).toBe(unknown);
  });
});
