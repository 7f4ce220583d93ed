import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import type { KubeErrorKind } from '../../src/kube/kube-error.ts';
import type { Cluster, Page, ResourceType, Selection, WatchEvent } from '../../src/kube/port.ts';
import { configMapType, customResourceDefinitionType, deploymentType, namespaceType, secretType, serviceAccountType } from '../../src/kube/resource-types.ts';

/** A clause that a cluster does not keep, by its title: why, and a test that it refuses as documented instead. */
export interface Exemption {
  readonly because: string;
  readonly instead: (bench: Bench) => Promise<void>;
}

/** What a clause works with: a cluster, and a namespace of its own in it. */
export interface Bench {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly signal: AbortSignal;
}

type Clause = readonly [title: string, run: (bench: Bench) => Promise<void>];

const manager = { fieldManager: 'contract' };
/** What controllers do in the background (garbage, namespaces, new kinds) may take a moment. */
const patience = 30_000;

/**
 * What every cluster behind the port must keep, whatever it is made of. The cluster must serve the built-in kinds, and whoever
 * opens it must be allowed everything.
 */
export function clusterContract(name: string, open: () => Promise<{ readonly cluster: Cluster; readonly close: () => Promise<void> }>, exemptions: Readonly<Record<string, Exemption>> = {}): void {
  describe(`the cluster contract, kept by ${name}`, () => {
    const { signal } = new AbortController();
    const namespaces: string[] = [];
    let opened: Awaited<ReturnType<typeof open>>;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      for (const name of namespaces) await opened.cluster.delete(namespaceType, { name }, {}, signal);
      await opened.close();
    });

    for (const [title, run] of clauses) {
      const exemption = exemptions[title];
      it(exemption === undefined ? title : `${title} (exempt: ${exemption.because})`, { timeout: 2 * patience }, async () => {
        const namespace = `contract-${randomUUID().slice(0, 13)}`;
        namespaces.push(namespace);
        await opened.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, manager, signal);
        await (exemption?.instead ?? run)({ cluster: opened.cluster, namespace, signal });
      });
    }

    it('has no exemption for a clause that does not exist', () => {
      expect(Object.keys(exemptions).filter((title) => !clauses.some(([clause]) => clause === title))).toEqual([]);
    });
  });
}

const clauses: readonly Clause[] = [
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
      const deployed = await cluster.create(deploymentType, deployment(namespace, 'a'), manager, signal);
      const patched = await cluster.patchStatus(deploymentType, { namespace, name: 'a' }, { replicas: 2 }, manager, signal);
      const repatched = await cluster.patchStatus(deploymentType, { namespace, name: 'a' }, { replicas: 2 }, manager, signal);

      expect(updated.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
      expect(again.metadata.resourceVersion).toBe(applied.metadata.resourceVersion);
      expect(patched.metadata.resourceVersion).not.toBe(deployed.metadata.resourceVersion);
      expect(repatched.metadata.resourceVersion).toBe(patched.metadata.resourceVersion);
    },
  ],
  [
    'generation counts the changes of what is asked for, not those of metadata',
    async ({ cluster, namespace, signal }) => {
      const created = await cluster.create(deploymentType, paused(deployment(namespace, 'a')), manager, signal);
      const labelled = await cluster.apply(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace, labels: { x: 'y' } } }, { ...manager, force: true }, signal);
      const scaled = await cluster.apply(deploymentType, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a', namespace, labels: { x: 'y' } }, spec: { replicas: 3 } }, { ...manager, force: true }, signal);

      expect([created, labelled, scaled].map(({ metadata }) => metadata.generation)).toEqual([1, 1, 2]);
    },
  ],
  [
    'status is written by patchStatus only, and patchStatus writes nothing else',
    async ({ cluster, namespace, signal }) => {
      const key = { namespace, name: 'a' };
      const created = await cluster.create(deploymentType, { ...paused(deployment(namespace, 'a')), status: { replicas: 9 } }, manager, signal);
      expect(created['status'] ?? {}).not.toHaveProperty('replicas');

      const patched = await cluster.patchStatus(deploymentType, key, { replicas: 2, readyReplicas: 1 }, manager, signal);
      const narrowed = await cluster.patchStatus(deploymentType, key, { readyReplicas: null }, manager, signal);
      const updated = await cluster.update(deploymentType, { ...narrowed, status: { replicas: 7 } }, manager, signal);
      const applied = await cluster.apply(deploymentType, { ...paused(deployment(namespace, 'a')), status: { replicas: 8 } }, { ...manager, force: true }, signal);

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
      const key = { namespace, name: 'a' };
      const created = await cluster.create(deploymentType, paused(deployment(namespace, 'a')), manager, signal);
      const resourceVersion = created.metadata.resourceVersion!;
      const patched = await cluster.patchStatus(deploymentType, key, { replicas: 1 }, { ...manager, resourceVersion }, signal);

      await refuses('conflict', cluster.patchStatus(deploymentType, key, { replicas: 2 }, { ...manager, resourceVersion }, signal));
      expect(await cluster.get(deploymentType, key, signal)).toEqual(patched);
    },
  ],
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
      const pages = await Array.fromAsync(cluster.pages(secretType, { namespace }, signal));

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
  [
    'a dry run answers what a write would have made, and writes nothing',
    async ({ cluster, namespace, signal }) => {
      const dry = { ...manager, dryRun: true };
      const live = await cluster.create(configMapType, configMap(namespace, 'a', { x: '1' }), manager, signal);
      const deployed = await cluster.create(deploymentType, paused(deployment(namespace, 'd')), manager, signal);

      const created = await cluster.create(configMapType, configMap(namespace, 'b', { x: '2' }), dry, signal);
      const updated = await cluster.update(configMapType, { ...live, data: { x: '3' } }, dry, signal);
      const applied = await cluster.apply(configMapType, configMap(namespace, 'a', { y: '4' }), dry, signal);
      await cluster.apply(configMapType, configMap(namespace, 'c'), dry, signal);
      const patched = await cluster.patchStatus(deploymentType, { namespace, name: 'd' }, { replicas: 5 }, dry, signal);

      expect([created, updated, applied].map(({ data }) => data)).toEqual([{ x: '2' }, { x: '3' }, { x: '1', y: '4' }]);
      expect(patched['status']).toMatchObject({ replicas: 5 });
      expect(await cluster.get(configMapType, { namespace, name: 'a' }, signal)).toEqual(live);
      for (const name of ['b', 'c']) expect(await cluster.get(configMapType, { namespace, name }, signal)).toBeUndefined();
      expect(await cluster.get(deploymentType, { namespace, name: 'd' }, signal)).toEqual(deployed);
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
    'the cluster knows the built-in kinds, and those that a definition adds while it is there',
    async ({ cluster, namespace, signal }) => {
      const group = `${namespace}.example.com`;
      const definition = widgetDefinition(group);
      expect((await cluster.discover(signal)).find('v1', 'Secret')).toEqual(secretType);
      expect((await cluster.discover(signal)).find('apps/v1', 'Deployment')).toEqual(deploymentType);
      expect((await cluster.discover(signal)).find(`${group}/v1`, 'Widget')).toBeUndefined();

      await cluster.apply(customResourceDefinitionType, definition, manager, signal);
      const widgetType = await eventually(async () => {
        const type = (await cluster.discover(signal, { fresh: true })).find(`${group}/v1`, 'Widget');
        expect(type).toEqual({ group, version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true, statusSubresource: true });
        return type!;
      });
      const widget: KubeObject = { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'w', namespace }, spec: { size: 1 } };
      await eventually(() => cluster.create(widgetType, widget, manager, signal));
      expect(await cluster.delete(customResourceDefinitionType, { name: definition.metadata.name }, {}, signal)).toBe(true);

      await eventually(async () => {
        expect(await cluster.get(customResourceDefinitionType, { name: definition.metadata.name }, signal)).toBeUndefined();
        await refuses('absent', Array.fromAsync(cluster.pages(widgetType, { namespace }, signal)));
      });
    },
  ],
  [
    'a kind that is not served is absent',
    async ({ cluster, namespace, signal }) => {
      const type: ResourceType = { group: 'nowhere.example.com', version: 'v1', kind: 'Nothing', plural: 'nothings', namespaced: true, statusSubresource: false };
      const object: KubeObject = { apiVersion: 'nowhere.example.com/v1', kind: 'Nothing', metadata: { name: 'a', namespace } };

      await refuses('absent', Array.fromAsync(cluster.pages(type, { namespace }, signal)));
      await refuses('absent', cluster.create(type, object, manager, signal));
      await refuses('absent', cluster.apply(type, object, manager, signal));
    },
  ],
  [
    'nobody can change an object through one that was answered',
    async ({ cluster, namespace, signal }) => {
      const created = await cluster.create(configMapType, configMap(namespace, 'a', { x: '1' }), manager, signal);

      const data: unknown = created['data'];
      expect(Reflect.set(data as object, 'x', 'changed') && Reflect.get((await cluster.get(configMapType, { namespace, name: 'a' }, signal))!['data'] as object, 'x') === 'changed').toBe(false);
    },
  ],
  [
    'an aborted signal ends every call with its reason',
    async ({ cluster, namespace }) => {
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const key = { namespace, name: 'a' };
      const calls: readonly (() => Promise<unknown>)[] = [
        () => cluster.get(configMapType, key, signal),
        () => Array.fromAsync(cluster.pages(configMapType, { namespace }, signal)),
        () => Array.fromAsync(cluster.watch(configMapType, { namespace }, '1', signal)),
        () => cluster.create(configMapType, configMap(namespace, 'a'), manager, signal),
        () => cluster.update(configMapType, withVersion(configMap(namespace, 'a'), '1'), manager, signal),
        () => cluster.apply(configMapType, configMap(namespace, 'a'), manager, signal),
        () => cluster.patchStatus(deploymentType, key, {}, manager, signal),
        () => cluster.delete(configMapType, key, {}, signal),
        () => cluster.accessReview({ verb: 'get', type: secretType, namespace }, signal),
      ];

      for (const call of calls) await expect(call()).rejects.toBe(reason);
      expect(await cluster.get(configMapType, key, new AbortController().signal)).toBeUndefined();
    },
  ],
  [
    'a watch ends soon after its signal aborts, with the reason',
    async ({ cluster, namespace, signal }) => {
      const version = await listVersion(cluster, ours(namespace), signal);
      const stop = new AbortController();
      const reason = new Error('enough');
      const watching = Array.fromAsync(cluster.watch(configMapType, ours(namespace), version, stop.signal));
      await cluster.create(configMapType, configMap(namespace, 'a'), manager, signal);

      stop.abort(reason);

      await expect(watching).rejects.toBe(reason);
    },
  ],
  [
    'whoever asks whether they may, is told',
    async ({ cluster, namespace, signal }) => {
      expect(await cluster.accessReview({ verb: 'create', type: secretType, namespace }, signal)).toBe(true);
    },
  ],
  [
    'a service account gets a token for an audience',
    async ({ cluster, namespace, signal }) => {
      await cluster.create(serviceAccountType, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace } }, manager, signal);

      const token = await cluster.tokenRequest({ namespace, name: 'robot' }, { audiences: ['contract'], expirationSeconds: 600 }, signal);

      const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8'));
      expect(claims).toMatchObject({ aud: ['contract'], sub: `system:serviceaccount:${namespace}:robot` });
    },
  ],
];

function configMap(namespace: string, name: string, data: Readonly<Record<string, string>> = {}, labels?: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) }, data };
}

function secret(namespace: string, name: string, data: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
}

function deployment(namespace: string, name: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'example.com/none' }] } } },
  };
}

/** A Deployment that its controller leaves alone, status included. */
function paused(object: KubeObject): KubeObject {
  return { ...object, spec: { ...(object['spec'] as object), paused: true } };
}

function withContainers(object: KubeObject, ...names: readonly string[]): KubeObject {
  const spec = object['spec'] as { readonly template: { readonly metadata: object } };
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: { containers: names.map((name) => ({ name, image: 'example.com/none' })) } } } };
}

function containerNames(object: KubeObject): readonly string[] {
  const spec = object['spec'] as { readonly template: { readonly spec: { readonly containers: readonly { readonly name: string }[] } } };
  return spec.template.spec.containers.map(({ name }) => name).toSorted();
}

function owned(object: KubeObject, ...owners: readonly KubeObject[]): KubeObject {
  const ownerReferences = owners.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name, uid: metadata.uid! }));
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

function withVersion(object: KubeObject, resourceVersion: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion } };
}

function widgetDefinition(group: string): KubeObject {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  };
}

/** The ConfigMaps of a namespace, without the one that Kubernetes puts into every namespace. */
function ours(namespace: string): Selection {
  return { namespace, fieldSelector: 'metadata.name!=kube-root-ca.crt' };
}

async function list(cluster: Cluster, selection: Selection, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const pages = await Array.fromAsync(cluster.pages(configMapType, selection, signal));
  return pages.flatMap(({ items }) => items);
}

async function listVersion(cluster: Cluster, selection: Selection, signal: AbortSignal): Promise<string> {
  const pages = await Array.fromAsync(cluster.pages(configMapType, selection, signal));
  return pages[0]!.resourceVersion;
}

type ObjectEvent = Exclude<WatchEvent, { readonly type: 'bookmark' }>;

/** The next events of ConfigMaps, bookmarks left out. Fails where they do not come. */
async function watchEvents(cluster: Cluster, selection: Selection, version: string, count: number): Promise<readonly ObjectEvent[]> {
  const events: ObjectEvent[] = [];
  for await (const event of cluster.watch(configMapType, selection, version, AbortSignal.timeout(patience))) {
    if (event.type !== 'bookmark') events.push(event);
    if (events.length === count) break;
  }
  expect(events).toHaveLength(count);
  return events;
}

/** Asserts the refusal, and answers its message. */
async function refuses(kind: KubeErrorKind, call: Promise<unknown>): Promise<string> {
  const refusal: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ name: 'KubeError', kind });
  return (refusal as Error).message;
}

/** Repeats something until it does not throw, within bounds. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, 50);
      });
    }
  }
}
