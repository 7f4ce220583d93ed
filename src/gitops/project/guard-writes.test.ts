import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRules } from '../../../test/support/app-project.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import { KubeError } from '../../kube/kube-error.ts';
import type { Cluster } from '../../kube/port.ts';
import { clusterRoleType, configMapType, namespaceType } from '../../kube/resource-types.ts';
import { guardWrites, type ProjectRights } from './guard-writes.ts';

const { signal } = new AbortController();
const by = { fieldManager: 'test' };
const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'devnet', name: 'a' } };
const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'admin' } };

let world: World;
beforeEach(async () => {
  world = await openLocalWorld();
  for (const name of ['devnet', 'other']) await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, by, signal);
});
afterEach(() => world.close());

const inDevnet: ProjectRights = { rules: projectRules({ destinations: [{ server: '*', namespace: 'devnet' }] }) };

describe('writes of an Application with a project', () => {
  it('are put against it one by one, whatever they are', async () => {
    const guarded = guardWrites(world.cluster, () => inDevnet);
    const elsewhere = { ...config, metadata: { ...config.metadata, namespace: 'other' } };
    const made = await guarded.apply(configMapType, config, by, signal);

    for (const write of [guarded.apply, guarded.create, guarded.update]) {
      await expect(write(configMapType, elsewhere, by, signal)).rejects.toMatchObject({ kind: 'denied', message: 'project nets does not allow namespace other (destinations)' });
      await expect(write(clusterRoleType, role, { ...by, dryRun: true }, signal)).rejects.toMatchObject({ kind: 'denied', message: expect.stringContaining('(clusterResourceWhitelist)') });
    }
    await expect(guarded.delete(configMapType, { namespace: 'other', name: 'a' }, {}, signal)).rejects.toMatchObject({ kind: 'denied' });
    await expect(guarded.patchStatus(namespaceType, { name: 'devnet' }, {}, by, signal)).rejects.toMatchObject({ kind: 'denied' });
    expect(await guarded.update(configMapType, { ...made, data: { a: '1' } }, by, signal)).toMatchObject({ data: { a: '1' } });
    expect(await guarded.delete(configMapType, config.metadata, {}, signal)).toBe(true);
  });

  it('cannot pass for one with a namespace by naming one', async () => {
    const guarded = guardWrites(world.cluster, () => inDevnet);
    await expect(guarded.apply(clusterRoleType, { ...role, metadata: { name: 'admin', namespace: 'devnet' } }, by, signal)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('are refused from the moment on in which the project changes', async () => {
    let rights: ProjectRights = inDevnet;
    const guarded = guardWrites(world.cluster, () => rights);
    await guarded.apply(configMapType, config, by, signal);
    rights = { problem: 'project nets does not exist' };
    await expect(guarded.apply(configMapType, config, by, signal)).rejects.toMatchObject({ kind: 'denied', message: 'project nets does not exist' });
  });

  it('are sent as the account of the project, dry runs too', async () => {
    const users: unknown[] = [];
    const noting: Cluster = { ...world.cluster, apply: (type, object, options, within) => {
      users.push(options.user);
      return world.cluster.apply(type, object, options, within);
    } };
    const user = 'system:serviceaccount:devnet:deployer';
    const guarded = guardWrites(noting, () => ({ ...inDevnet, user }));
    await guarded.apply(configMapType, config, { ...by, dryRun: true }, signal);
    await guarded.apply(configMapType, config, by, signal);
    await guardWrites(noting, () => ({})).apply(configMapType, config, by, signal);
    expect(users).toEqual([user, user, undefined]);
  });

  it.each([
    ['configmaps is forbidden: User "x" cannot patch resource "configmaps"', 'written as service account devnet/deployer: let that account create and patch configmaps in namespace devnet, if it should (configmaps is forbidden'],
    ['configmaps "a" is forbidden: User "prelude" cannot impersonate-on:serviceaccount:patch resource "configmaps"', 'the controller may not write as service account devnet/deployer; let it impersonate that account (git.impersonate of the chart) (configmaps'],
    ['serviceaccounts "deployer" is forbidden: User "prelude" cannot impersonate resource "serviceaccounts"', 'the controller may not write as service account devnet/deployer; let it impersonate that account (git.impersonate of the chart) (serviceaccounts'],
  ])('say which account lacks which right: %s', async (said, told) => {
    const denying: Cluster = { ...world.cluster, apply: () => Promise.reject(new KubeError('denied', said)) };
    const guarded = guardWrites(denying, () => ({ ...inDevnet, user: 'system:serviceaccount:devnet:deployer' }));
    await expect(guarded.apply(configMapType, config, by, signal)).rejects.toMatchObject({ kind: 'denied', message: expect.stringContaining(told) });
  });
});
