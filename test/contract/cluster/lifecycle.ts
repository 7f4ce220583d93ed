import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { configMapType, namespaceType, secretType } from '../../../src/kube/resource-types.ts';
import { type Clause, eventually, manager, refuses } from './clause.ts';
import { configMap, owned, secret } from './test-objects.ts';

export const lifecycleClauses: readonly Clause[] = [
  [
    'delete takes out what it was told to, and nothing else of that name',
    async ({ cluster, namespace, signal }) => {
      const key = { namespace, name: 'a' };
      const { uid, resourceVersion } = (await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal)).metadata;

      await refuses('conflict', cluster.delete(configMapType, key, { uid: randomUUID() }, signal));
      await refuses('conflict', cluster.delete(configMapType, key, { resourceVersion: '1' }, signal));
      expect(await cluster.delete(configMapType, key, { uid: uid!, resourceVersion: resourceVersion! }, signal)).toBe(true);
      expect(await cluster.get(configMapType, key, signal)).toBeUndefined();
      expect(await cluster.delete(configMapType, key, {}, signal)).toBe(false);
    },
  ],
  [
    'a finalizer holds an object until it is taken off',
    async ({ cluster, namespace, signal }) => {
      const key = { namespace, name: 'a' };
      const held = configMap(namespace, 'a');
      await cluster.create(configMapType, { ...held, metadata: { ...held.metadata, finalizers: ['contract.test/hold'] } }, manager, signal);

      expect(await cluster.delete(configMapType, key, {}, signal)).toBe(true);
      const leaving = await cluster.get(configMapType, key, signal);
      expect(leaving!.metadata.deletionTimestamp).toMatch(/Z$/);
      await cluster.update(configMapType, { ...leaving!, metadata: { ...leaving!.metadata, finalizers: [] } }, manager, signal);

      expect(await cluster.get(configMapType, key, signal)).toBeUndefined();
    },
  ],
  [
    'what an object owns goes with it, but not what somebody else owns too',
    async ({ cluster, namespace, signal }) => {
      const owner = await cluster.create(configMapType, configMap(namespace, 'owner'), manager, signal);
      const other = await cluster.create(configMapType, configMap(namespace, 'other'), manager, signal);
      await cluster.create(secretType, owned(secret(namespace, 'mine'), owner), manager, signal);
      await cluster.create(secretType, owned(secret(namespace, 'shared'), owner, other), manager, signal);

      await cluster.delete(configMapType, { namespace, name: 'owner' }, { propagation: 'Background' }, signal);

      await eventually(async () => expect(await cluster.get(secretType, { namespace, name: 'mine' }, signal)).toBeUndefined());
      await eventually(async () => {
        const shared = await cluster.get(secretType, { namespace, name: 'shared' }, signal);
        expect(shared!.metadata.ownerReferences!.map(({ name }) => name)).toEqual(['other']);
      });
    },
  ],
  [
    'what an object owns stays where it is deleted as an orphan',
    async ({ cluster, namespace, signal }) => {
      const owner = await cluster.create(configMapType, configMap(namespace, 'owner'), manager, signal);
      await cluster.create(secretType, owned(secret(namespace, 'mine'), owner), manager, signal);

      await cluster.delete(configMapType, { namespace, name: 'owner' }, { propagation: 'Orphan' }, signal);

      await eventually(async () => {
        expect(await cluster.get(configMapType, { namespace, name: 'owner' }, signal)).toBeUndefined();
        const orphan = await cluster.get(secretType, { namespace, name: 'mine' }, signal);
        expect(orphan!.metadata.ownerReferences ?? []).toEqual([]);
      });
    },
  ],
  [
    'a namespace goes with all that is in it',
    async ({ cluster, namespace, signal }) => {
      const name = `${namespace}-gone`;
      await cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, manager, signal);
      await cluster.create(secretType, secret(name, 'a'), manager, signal);

      expect(await cluster.delete(namespaceType, { name }, {}, signal)).toBe(true);

      await eventually(async () => expect(await cluster.get(namespaceType, { name }, signal)).toBeUndefined());
      expect(await cluster.get(secretType, { namespace: name, name: 'a' }, signal)).toBeUndefined();
    },
  ],
];
