import { expect } from 'vitest';
import type { Cluster } from '../../../src/kube/port.ts';
import { configMapType, customResourceDefinitionType, deploymentType, secretType } from '../../../src/kube/resource-types.ts';
import { type Clause, collect, eventually, manager, refuses } from './clause.ts';
import { configMap, secret, widget, widgetDefinition, widgetGroup, widgetType, withVersion } from './test-objects.ts';

export const objectsClauses: readonly Clause[] = [
  [
    'absence is a value of get and delete, and an error of what must be there',
    async ({ cluster, namespace, signal }) => {
      const key = { namespace, name: 'absent' };

      expect(await cluster.get(configMapType, key, signal)).toBeUndefined();
      expect(await cluster.get(configMapType, key, signal, { metadataOnly: true })).toBeUndefined();
      expect(await cluster.delete(configMapType, key, {}, signal)).toBe(false);
      await refuses('absent', cluster.update(configMapType, withVersion(configMap(namespace, 'absent'), '1'), manager, signal));
      await refuses('absent', cluster.patchStatus(deploymentType, key, { replicas: 1 }, manager, signal));
    },
  ],
  [
    'create gives an object its identity, and refuses a name that is taken',
    async ({ cluster, namespace, signal }) => {
      const created = await cluster.create(configMapType, configMap(namespace, 'a', { key: 'value' }), manager, signal);

      expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { key: 'value' }, metadata: { name: 'a', namespace } });
      expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
      expect(created.metadata.resourceVersion).toMatch(/./);
      expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      expect(await cluster.get(configMapType, { namespace, name: 'a' }, signal)).toEqual(created);
      await refuses('exists', cluster.create(configMapType, configMap(namespace, 'a'), manager, signal));
    },
  ],
  [
    'nothing is created in a namespace that does not exist, or under a name that cannot be',
    async ({ cluster, namespace, signal }) => {
      await refuses('absent', cluster.create(configMapType, configMap(`${namespace}-absent`, 'a'), manager, signal));
      await refuses('absent', cluster.apply(configMapType, configMap(`${namespace}-absent`, 'a'), manager, signal));
      await refuses('invalid', cluster.create(configMapType, configMap(namespace, '../escape'), manager, signal));
      await refuses('invalid', cluster.create(configMapType, configMap(namespace, 'Upper'), manager, signal));
    },
  ],
  [
    'update replaces the current version, and only that',
    async ({ cluster, namespace, signal }) => {
      const first = await cluster.create(configMapType, configMap(namespace, 'a', { one: '1', two: '2' }), manager, signal);
      const second = await cluster.update(configMapType, { ...first, data: { two: 'II' } }, manager, signal);

      expect(second['data']).toEqual({ two: 'II' });
      expect(second.metadata.uid).toBe(first.metadata.uid);
      expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
      await refuses('conflict', cluster.update(configMapType, { ...first, data: {} }, manager, signal));
      await refuses('invalid', cluster.update(configMapType, configMap(namespace, 'a'), manager, signal));
      expect(await cluster.get(configMapType, { namespace, name: 'a' }, signal)).toEqual(second);
    },
  ],
  [
    'a write that changes nothing keeps the resourceVersion',
    async ({ cluster, namespace, signal }) => {
      const created = await cluster.create(configMapType, configMap(namespace, 'a', { one: '1' }), manager, signal);
      const updated = await cluster.update(configMapType, created, manager, signal);
      const applied = await cluster.apply(configMapType, configMap(namespace, 'b', { one: '1' }), manager, signal);
      const again = await cluster.apply(configMapType, configMap(namespace, 'b', { one: '1' }), manager, signal);
      await serveWidgets(cluster, signal);
      const made = await cluster.create(widgetType, widget(namespace, 'a'), manager, signal);
      const patched = await cluster.patchStatus(widgetType, { namespace, name: 'a' }, { replicas: 2 }, manager, signal);
      const repatched = await cluster.patchStatus(widgetType, { namespace, name: 'a' }, { replicas: 2 }, manager, signal);

      expect(updated.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
      expect(again.metadata.resourceVersion).toBe(applied.metadata.resourceVersion);
      expect(patched.metadata.resourceVersion).not.toBe(made.metadata.resourceVersion);
      expect(repatched.metadata.resourceVersion).toBe(patched.metadata.resourceVersion);
    },
  ],
  [
    'generation counts the changes of what is asked for, not those of metadata',
    async ({ cluster, namespace, signal }) => {
      await serveWidgets(cluster, signal);
      const { apiVersion, kind } = widget(namespace, 'a');
      const metadata = { name: 'a', namespace, labels: { x: 'y' } };
      const created = await cluster.create(widgetType, widget(namespace, 'a'), manager, signal);
      const labelled = await cluster.apply(widgetType, { apiVersion, kind, metadata }, { ...manager, force: true }, signal);
      const changed = await cluster.apply(widgetType, { apiVersion, kind, metadata, spec: { size: 3 } }, { ...manager, force: true }, signal);

      expect([created, labelled, changed].map(({ metadata }) => metadata.generation)).toEqual([1, 1, 2]);
    },
  ],
  [
    'a dry run answers what a write would have made, and writes nothing',
    async ({ cluster, namespace, signal }) => {
      const dry = { ...manager, dryRun: true };
      const live = await cluster.create(configMapType, configMap(namespace, 'a', { x: '1' }), manager, signal);
      await serveWidgets(cluster, signal);
      const made = await cluster.create(widgetType, widget(namespace, 'd'), manager, signal);

      const created = await cluster.create(configMapType, configMap(namespace, 'b', { x: '2' }), dry, signal);
      const updated = await cluster.update(configMapType, { ...live, data: { x: '3' } }, dry, signal);
      const applied = await cluster.apply(configMapType, configMap(namespace, 'a', { y: '4' }), dry, signal);
      await cluster.apply(configMapType, configMap(namespace, 'c'), dry, signal);
      const patched = await cluster.patchStatus(widgetType, { namespace, name: 'd' }, { replicas: 5 }, dry, signal);

      expect([created, updated, applied].map(({ data }) => data)).toEqual([{ x: '2' }, { x: '3' }, { x: '1', y: '4' }]);
      expect(patched['status']).toMatchObject({ replicas: 5 });
      expect(await cluster.get(configMapType, { namespace, name: 'a' }, signal)).toEqual(live);
      for (const name of ['b', 'c']) expect(await cluster.get(configMapType, { namespace, name }, signal)).toBeUndefined();
      expect(await cluster.get(widgetType, { namespace, name: 'd' }, signal)).toEqual(made);
    },
  ],
  [
    'a Secret takes text and bytes, and is refused without a word about its values',
    async ({ cluster, namespace, signal }) => {
      const created = await cluster.create(secretType, { ...secret(namespace, 'a', { bytes: 'AP8=' }), stringData: { text: 'plain' } }, manager, signal);
      const refusals = await Promise.all([
        refuses('invalid', cluster.create(secretType, secret(namespace, 'b', { key: 'not*base64*hunter2' }), manager, signal)),
        refuses('invalid', cluster.create(secretType, secret(namespace, 'c', { key: Buffer.alloc(2 << 20, 'hunter2').toString('base64') }), manager, signal)),
        refuses('invalid', cluster.update(secretType, { ...created, type: 'example.com/hunter2' }, manager, signal)),
      ]);

      expect(created['data']).toEqual({ bytes: 'AP8=', text: Buffer.from('plain').toString('base64') });
      expect(created).not.toHaveProperty('stringData');
      expect(refusals.filter((message) => message.includes('not*base64') || message.length > 10_000)).toEqual([]);
    },
  ],
  [
    'nobody can change an object through one that was answered',
    async ({ cluster, namespace, signal }) => {
      const created = await cluster.create(configMapType, configMap(namespace, 'a', { x: '1' }), manager, signal);

      // on a frozen object this does nothing, on a copy of ours it does no harm
      Reflect.set(created['data'] as object, 'x', 'changed');

      expect((await cluster.get(configMapType, { namespace, name: 'a' }, signal))!['data']).toEqual({ x: '1' });
    },
  ],
  [
    'status is written by patchStatus only, and patchStatus writes nothing else',
    async ({ cluster, namespace, signal }) => {
      await serveWidgets(cluster, signal);
      const key = { namespace, name: 'a' };
      const created = await cluster.create(widgetType, { ...widget(namespace, 'a'), status: { replicas: 9 } }, manager, signal);
      expect(created['status'] ?? {}).not.toHaveProperty('replicas');

      const patched = await cluster.patchStatus(widgetType, key, { replicas: 2, readyReplicas: 1 }, manager, signal);
      const narrowed = await cluster.patchStatus(widgetType, key, { readyReplicas: null }, manager, signal);
      const updated = await cluster.update(widgetType, { ...narrowed, status: { replicas: 7 } }, manager, signal);
      const applied = await cluster.apply(widgetType, { ...widget(namespace, 'a'), status: { replicas: 8 } }, { ...manager, force: true }, signal);

      expect(patched['status']).toMatchObject({ replicas: 2, readyReplicas: 1 });
      expect(patched['spec']).toEqual(created['spec']);
      expect(patched.metadata.generation).toBe(created.metadata.generation);
      expect(narrowed['status']).not.toHaveProperty('readyReplicas');
      expect([updated, applied].map(({ status }) => status)).toEqual([narrowed['status'], narrowed['status']]);
    },
  ],
  [
    'patchStatus with a resourceVersion that is not current is a conflict',
    async ({ cluster, namespace, signal }) => {
      await serveWidgets(cluster, signal);
      const key = { namespace, name: 'a' };
      const created = await cluster.create(widgetType, widget(namespace, 'a'), manager, signal);
      const resourceVersion = created.metadata.resourceVersion!;
      const patched = await cluster.patchStatus(widgetType, key, { replicas: 1 }, { ...manager, resourceVersion }, signal);

      await refuses('conflict', cluster.patchStatus(widgetType, key, { replicas: 2 }, { ...manager, resourceVersion }, signal));
      expect(await cluster.get(widgetType, key, signal)).toEqual(patched);
    },
  ],
];

/** Defines widgets where they are not defined yet, and waits until they are served. They stay for the next clause. */
async function serveWidgets(cluster: Cluster, signal: AbortSignal): Promise<void> {
  await cluster.apply(customResourceDefinitionType, widgetDefinition(widgetGroup), { ...manager, force: true }, signal);
  await eventually(() => collect(cluster.pages(widgetType, {}, signal)));
}
