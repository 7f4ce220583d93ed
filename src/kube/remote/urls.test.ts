import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceType } from '../port.ts';
import { deploymentType, namespaceType, secretType } from '../resource-types.ts';
import { collectionPath, objectPath, withQuery } from './urls.ts';

const clusterRoleType: ResourceType = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles', namespaced: false, statusSubresource: false };

describe('a path', () => {
  it('is that of the core group, of a named group, of a namespace or of all', () => {
    expect(collectionPath(secretType, 'devnet')).toBe('/api/v1/namespaces/devnet/secrets');
    expect(collectionPath(secretType, undefined)).toBe('/api/v1/secrets');
    expect(objectPath(deploymentType, { namespace: 'devnet', name: 'seed' }, 'status')).toBe('/apis/apps/v1/namespaces/devnet/deployments/seed/status');
    expect(objectPath(namespaceType, { name: 'devnet' })).toBe('/api/v1/namespaces/devnet');
  });

  it('leaves out a namespace that a cluster-scoped kind does not have', () => {
    expect(collectionPath(clusterRoleType, 'devnet')).toBe('/apis/rbac.authorization.k8s.io/v1/clusterroles');
    expect(objectPath(clusterRoleType, { namespace: 'devnet', name: 'a' })).toBe('/apis/rbac.authorization.k8s.io/v1/clusterroles/a');
  });

  it('holds any name in one segment, from which it can be read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => !name.includes('/') && name !== '.' && name !== '..'), (name) => {
        const path = objectPath(clusterRoleType, { name });

        expect(path).toMatch(/^[\x21-\x7e]+$/);
        const { pathname, search, hash } = new URL(path, 'https://localhost');
        expect([pathname.split('/').length, search, hash]).toEqual([6, '', '']);
        expect(decodeURIComponent(pathname.split('/')[5]!)).toBe(name);
      }),
    );
  });

  it.each(['', '.', '..', 'a/b', '../secrets'])('is refused for the name "%s"', (name) => {
    expect(() => objectPath(clusterRoleType, { name })).toThrow(expect.objectContaining({ name: 'KubeError', kind: 'invalid' }));
  });

  it.each([undefined, '', '..'])('of one object is refused without its namespace (%s)', (namespace) => {
    const key = namespace === undefined ? { name: 'a' } : { namespace, name: 'a' };

    expect(() => objectPath(secretType, key)).toThrow(expect.objectContaining({ name: 'KubeError', kind: 'invalid' }));
  });
});

describe('a query', () => {
  it('holds what is defined, encoded', () => {
    expect(withQuery('/api', { labelSelector: 'a in (b,c)', continue: undefined })).toBe('/api?labelSelector=a+in+%28b%2Cc%29');
    expect(withQuery('/api', { force: undefined })).toBe('/api');
  });
});
