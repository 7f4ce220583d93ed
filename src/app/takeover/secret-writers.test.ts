import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterRoleBindingType, clusterRoleType } from '../../kube/resource-types.ts';
import { secretWriters } from './secret-writers.ts';

const never = new AbortController().signal;
const by = { fieldManager: 'test' };
const account = { namespace: 'es', name: 'eso' };
const rbac = 'rbac.authorization.k8s.io/v1';

let world: { readonly cluster: Cluster; readonly close: () => Promise<void> };

beforeEach(async () => {
  world = await openLocalWorld();
});

afterEach(() => world.close());

async function bind(rule: object, subject: object = { kind: 'ServiceAccount', ...account }, roleKind = 'ClusterRole'): Promise<void> {
  await world.cluster.create(clusterRoleType, { apiVersion: rbac, kind: 'ClusterRole', metadata: { name: 'role' }, rules: [rule] }, by, never);
  await world.cluster.create(clusterRoleBindingType, { apiVersion: rbac, kind: 'ClusterRoleBinding', metadata: { name: 'binding' }, roleRef: { kind: roleKind, name: 'role' }, subjects: [subject] }, by, never);
}

const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'update'] };

describe('secretWriters', () => {
  it.each<[string, object]>([
    ['says so', secrets],
    ['says everything', { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  ])('finds an account whose role %s', async (_what, rule) => {
    await bind(rule);

    expect([...(await secretWriters(world.cluster, [account, { namespace: 'other', name: 'eso' }], never))]).toEqual(['es/eso']);
  });

  it.each<[string, object, object | undefined]>([
    ['reads only', { ...secrets, verbs: ['get', 'list'] }, undefined],
    ['writes something else', { ...secrets, resources: ['configmaps'] }, undefined],
    ['writes one Secret only', { ...secrets, resourceNames: ['one'] }, undefined],
    ['has it with everybody', secrets, { kind: 'Group', name: 'system:serviceaccounts' }],
    ['is of another namespace', secrets, { kind: 'ServiceAccount', namespace: 'other', name: 'eso' }],
  ])('passes over one that %s', async (_what, rule, subject) => {
    await bind(rule, subject);

    expect((await secretWriters(world.cluster, [account], never)).size).toBe(0);
  });
});
