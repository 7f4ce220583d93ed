import { expect } from 'vitest';
import type { Page, Selection } from '../../../src/kube/port.ts';
import { configMapType, secretType } from '../../../src/kube/resource-types.ts';
import { type Clause, collect, list, listVersion, manager, refuses, watchEvents } from './clause.ts';
import { configMap, ours } from './test-objects.ts';

export const readsClauses: readonly Clause[] = [
  [
    'the pages of a list are of one moment',
    async ({ cluster, namespace, signal }) => {
      const count = 520;
      for (let start = 0; start < count; start += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, index) => cluster.create(configMapType, configMap(namespace, `item-${start + index}`), manager, signal)));
      }

      const pages: Page[] = [];
      for await (const page of cluster.pages(configMapType, ours(namespace), signal)) {
        if (pages.length === 0) await cluster.create(configMapType, configMap(namespace, 'zzz-late'), manager, signal);
        pages.push(page);
      }

      const names = pages.flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
      expect(new Set(names)).toEqual(new Set(Array.from({ length: count }, (_, index) => `item-${index}`)));
      expect(names).toHaveLength(count);
      expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
    },
  ],
  [
    'an empty list has one page, with a version to watch from',
    async ({ cluster, namespace, signal }) => {
      const pages = await collect(cluster.pages(secretType, { namespace }, signal));

      expect(pages.map(({ items }) => items)).toEqual([[]]);
      expect(pages[0]!.resourceVersion).toMatch(/./);
    },
  ],
  [
    'items of a list say what they are',
    async ({ cluster, namespace, signal }) => {
      await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal);

      expect(await list(cluster, ours(namespace), signal)).toMatchObject([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } }]);
      expect(await list(cluster, { ...ours(namespace), metadataOnly: true }, signal)).toMatchObject([{ metadata: { name: 'a', namespace } }]);
    },
  ],
  [
    'metadata alone comes without the rest',
    async ({ cluster, namespace, signal }) => {
      const version = await listVersion(cluster, ours(namespace), signal);
      const created = await cluster.create(configMapType, configMap(namespace, 'a', { secret: 'value' }, { x: 'y' }), manager, signal);
      const selection: Selection = { ...ours(namespace), metadataOnly: true };

      const read = await cluster.get(configMapType, { namespace, name: 'a' }, signal, { metadataOnly: true });
      const listed = await list(cluster, selection, signal);
      const watched = await watchEvents(cluster, selection, version, 1);

      for (const object of [read!, listed[0]!, watched[0]!.object]) {
        expect(object).not.toHaveProperty('data');
        expect(object.metadata).toMatchObject({ name: 'a', labels: { x: 'y' }, uid: created.metadata.uid, resourceVersion: created.metadata.resourceVersion });
      }
    },
  ],
  [
    'selectors choose by labels, by name and by namespace',
    async ({ cluster, namespace, signal }) => {
      await cluster.create(configMapType, configMap(namespace, 'a', {}, { tier: 'one', on: '' }), manager, signal);
      await cluster.create(configMapType, configMap(namespace, 'b', {}, { tier: 'two' }), manager, signal);
      await cluster.create(configMapType, configMap(namespace, 'c'), manager, signal);
      const named = async (selection: Selection): Promise<readonly string[]> => {
        const objects = await list(cluster, { namespace, ...selection }, signal);
        return objects.map(({ metadata }) => metadata.name).filter((name) => name.length === 1);
      };

      expect(await named({ labelSelector: 'tier=one' })).toEqual(['a']);
      expect(await named({ labelSelector: 'tier==two' })).toEqual(['b']);
      expect(await named({ labelSelector: 'tier!=one' })).toEqual(['b', 'c']);
      expect(await named({ labelSelector: 'tier in (one, two)' })).toEqual(['a', 'b']);
      expect(await named({ labelSelector: 'tier notin (one)' })).toEqual(['b', 'c']);
      expect(await named({ labelSelector: 'tier,on' })).toEqual(['a']);
      expect(await named({ labelSelector: '!tier' })).toEqual(['c']);
      expect(await named({ fieldSelector: 'metadata.name=b' })).toEqual(['b']);
      await refuses('invalid', named({ labelSelector: 'a in (' }));
    },
  ],
];
