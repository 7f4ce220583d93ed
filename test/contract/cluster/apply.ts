import { expect } from 'vitest';
import { configMapType, deploymentType } from '../../../src/kube/resource-types.ts';
import { type Clause, manager, refuses } from './clause.ts';
import { configMap, containerNames, deployment, withContainers } from './test-objects.ts';

export const applyClauses: readonly Clause[] = [
  [
    'apply creates, changes, and removes what its manager no longer says',
    async ({ cluster, namespace, signal }) => {
      await cluster.apply(configMapType, configMap(namespace, 'a', { one: '1', two: '2' }, { x: 'y' }), manager, signal);
      const changed = await cluster.apply(configMapType, configMap(namespace, 'a', { one: 'I' }), manager, signal);

      expect(changed['data']).toEqual({ one: 'I' });
      expect(changed.metadata.labels ?? {}).toEqual({});
    },
  ],
  [
    'apply leaves the fields of others alone',
    async ({ cluster, namespace, signal }) => {
      await cluster.create(configMapType, configMap(namespace, 'a', { theirs: 'kept' }, { owner: 'them' }), { fieldManager: 'them' }, signal);
      await cluster.apply(configMapType, configMap(namespace, 'a', { ours: '1', more: '2' }), manager, signal);
      const applied = await cluster.apply(configMapType, configMap(namespace, 'a', { ours: '1' }), manager, signal);

      expect(applied['data']).toEqual({ theirs: 'kept', ours: '1' });
      expect(applied.metadata.labels).toEqual({ owner: 'them' });
    },
  ],
  [
    'apply takes over a field of another manager with force only',
    async ({ cluster, namespace, signal }) => {
      const theirs = await cluster.apply(configMapType, configMap(namespace, 'a', { key: 'theirs' }), { fieldManager: 'them' }, signal);

      await refuses('conflict', cluster.apply(configMapType, configMap(namespace, 'a', { key: 'ours' }), manager, signal));
      expect(await cluster.get(configMapType, { namespace, name: 'a' }, signal)).toEqual(theirs);
      const forced = await cluster.apply(configMapType, configMap(namespace, 'a', { key: 'ours' }), { ...manager, force: true }, signal);
      expect(forced['data']).toEqual({ key: 'ours' });
      await refuses('conflict', cluster.apply(configMapType, configMap(namespace, 'a', { key: 'theirs' }), { fieldManager: 'them' }, signal));
    },
  ],
  [
    'apply merges lists that a schema gives keys, item by item, with those of other managers',
    async ({ cluster, namespace, signal }) => {
      await cluster.apply(deploymentType, withContainers(deployment(namespace, 'a'), 'one'), { fieldManager: 'them' }, signal);
      const applied = await cluster.apply(deploymentType, withContainers(deployment(namespace, 'a'), 'two'), manager, signal);

      expect(containerNames(applied)).toEqual(['one', 'two']);
    },
  ],
];
