import { expect } from 'vitest';
import type { Selection } from '../../../src/kube/port.ts';
import { configMapType } from '../../../src/kube/resource-types.ts';
import { type Clause, collect, listVersion, manager, watchEvents } from './clause.ts';
import { configMap, ours } from './test-objects.ts';

export const watchesClauses: readonly Clause[] = [
  [
    'a watch tells everything that happens after a list, in order',
    async ({ cluster, namespace, signal }) => {
      await cluster.create(configMapType, configMap(namespace, 'before'), manager, signal);
      const version = await listVersion(cluster, ours(namespace), signal);
      const created = await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal);
      const updated = await cluster.update(configMapType, { ...created, data: { x: 'y' } }, manager, signal);
      await cluster.delete(configMapType, { namespace, name: 'a' }, {}, signal);
      await cluster.create(configMapType, configMap(namespace, 'b'), manager, signal);

      const events = await watchEvents(cluster, ours(namespace), version, 4);

      expect(events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(['added a', 'modified a', 'deleted a', 'added b']);
      expect(events[0]!.object).toEqual(created);
      expect(events[1]!.object).toEqual(updated);
      expect(events[2]!.object.metadata.uid).toBe(created.metadata.uid);
    },
  ],
  [
    'a watch tells what happens while it runs',
    async ({ cluster, namespace, signal }) => {
      const version = await listVersion(cluster, ours(namespace), signal);
      const events = watchEvents(cluster, ours(namespace), version, 1);
      await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal);

      expect((await events).map(({ type }) => type)).toEqual(['added']);
    },
  ],
  [
    'a watch goes on from the version of any event',
    async ({ cluster, namespace, signal }) => {
      const version = await listVersion(cluster, ours(namespace), signal);
      for (const name of ['a', 'b', 'c']) await cluster.create(configMapType, configMap(namespace, name), manager, signal);

      const [first] = await watchEvents(cluster, ours(namespace), version, 1);
      const rest = await watchEvents(cluster, ours(namespace), first!.object.metadata.resourceVersion!, 2);

      expect(rest.map(({ object }) => object.metadata.name)).toEqual(['b', 'c']);
    },
  ],
  [
    'to a watch with a selector, what enters it is added and what leaves it is deleted',
    async ({ cluster, namespace, signal }) => {
      const selection: Selection = { namespace, labelSelector: 'in=yes' };
      const version = await listVersion(cluster, selection, signal);
      const outside = await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal);
      const inside = await cluster.update(configMapType, { ...outside, metadata: { ...outside.metadata, labels: { in: 'yes' } } }, manager, signal);
      await cluster.update(configMapType, { ...inside, metadata: { ...inside.metadata, labels: {} } }, manager, signal);

      const events = await watchEvents(cluster, selection, version, 2);

      expect(events.map(({ type }) => type)).toEqual(['added', 'deleted']);
    },
  ],
  [
    'a watch ends soon after its signal aborts, with the reason',
    async ({ cluster, namespace, signal }) => {
      const version = await listVersion(cluster, ours(namespace), signal);
      const stop = new AbortController();
      const reason = new Error('enough');
      const watching = collect(cluster.watch(configMapType, ours(namespace), version, stop.signal));
      await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal);

      stop.abort(reason);

      await expect(watching).rejects.toBe(reason);
    },
  ],
];
