import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { namespaceType } from '../../src/kube/resource-types.ts';
import type { SpreadKind } from '../support/fan-out-stage.ts';
import { setSpreadStage } from '../support/fan-out-stage.ts';
import { collectorPatience, type World } from '../support/secret-stage.ts';

const forceSync = 'external-secrets.io/force-sync';

/** What the controller of a kind that is spread over namespaces does, whichever kind it is. */
export function describeFanOut(kind: SpreadKind, name: string, open: () => Promise<World>): void {
  describe(`${kind.kind} ${name}`, { timeout: 60_000 }, () => {
    const stage = setSpreadStage(kind, kind.shortName, open);
    const { childType, type, fields } = kind;
    const key = (): { name: string } => ({ name: stage.named('all') });
    const childKey = (namespace: string): { namespace: string; name: string } => ({ namespace: stage.named(namespace), name: stage.named('all') });
    const written = (verb: string, namespace: string): string => `${verb} ${stage.named(namespace)}/${stage.named('all')}`;
    const withSpec = (change: Readonly<Record<string, unknown>>) => (object: KubeObject): KubeObject => ({ ...object, spec: { ...Object(object['spec']), ...change } });

    test('it makes its child in every namespace that a selector means, under its own name, with the spec as it was written', async () => {
      await stage.makeNamespace('a');
      await stage.makeNamespace('b');
      await stage.makeNamespace('c', { labels: {} });
      await stage.start();
      const declared = await stage.declare();

      await stage.untilReady('provisioned in 2 namespaces');
      const child = await stage.child('a');
      expect(child?.['spec']).toEqual(kind.childSpec('first'));
      expect(child?.metadata.ownerReferences).toEqual([{ apiVersion: kind.apiVersion, kind: kind.kind, name: stage.named('all'), uid: declared.metadata.uid, controller: true, blockOwnerDeletion: true }]);
      expect(await stage.child('c')).toBeUndefined();
      expect(await stage.status()).toMatchObject({ observedGeneration: 1, childName: stage.named('all'), provisionedNamespaces: [stage.named('a'), stage.named('b')], failedNamespaces: [] });
      await stage.pause(300);
      expect(stage.childWrites().toSorted()).toEqual([written('create', 'a'), written('create', 'b')]);
      expect(stage.recorded.calls.filter(({ resource }) => resource === type.plural).map(({ verb }) => verb)).toEqual(['patchStatus']);
      expect(stage.events).toEqual([{ type: 'Normal', reason: 'Updated', message: `${childType.kind} "${stage.named('all')}" created in ${stage.named('a')}, ${stage.named('b')}` }]);
    });

    test('neither it nor a Namespace gets a finalizer', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');
      expect((await stage.declared()).metadata.finalizers).toBeUndefined();
      expect((await stage.cluster.get(namespaceType, { name: stage.named('a') }, AbortSignal.timeout(5_000)))?.metadata.finalizers).toBeUndefined();
    });

    test('name and metadata of the children can be said', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare({ [fields.name]: 'chosen', [fields.metadata]: { labels: { app: 'archive' }, annotations: { note: 'kept' } } });

      await stage.untilReady('provisioned in 1 namespace');
      expect((await stage.child('a', 'chosen'))?.metadata).toMatchObject({ labels: { app: 'archive' }, annotations: { note: 'kept' } });
      expect((await stage.status()).childName).toBe('chosen');
    });

    test('a new name deletes the children of the old one', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare({ [fields.name]: 'old' });
      await stage.untilReady('provisioned in 1 namespace');

      await stage.edit(type, key(), withSpec({ [fields.name]: 'new' }));

      await stage.until(async () => expect([await stage.child('a', 'old'), (await stage.child('a', 'new'))?.kind]).toEqual([undefined, childType.kind]));
      await stage.until(async () => expect((await stage.status()).childName).toBe('new'));
    });

    test('a changed spec, and changed metadata, go to the children; those that are right already are not written', async () => {
      await stage.makeNamespace('a');
      await stage.makeNamespace('b');
      await stage.start();
      await stage.declare({ [fields.metadata]: { labels: { app: 'archive' } } });
      await stage.untilReady('provisioned in 2 namespaces');

      await stage.edit(type, key(), withSpec({ [fields.spec]: kind.childSpec('second'), [fields.metadata]: { labels: { tier: 'gold' } } }));
      for (const namespace of ['a', 'b']) {
        await stage.until(async () => expect(await stage.child(namespace)).toMatchObject({ spec: kind.childSpec('second'), metadata: { labels: { tier: 'gold' } } }));
        expect((await stage.child(namespace))?.metadata.labels).toEqual({ tier: 'gold' });
      }
      await stage.stop();
      await stage.edit(childType, childKey('b'), (object) => ({ ...object, spec: kind.childSpec('by-hand') }));
      await stage.start();
      await stage.until(async () => expect((await stage.child('b'))?.['spec']).toEqual(kind.childSpec('second')));
      await stage.pause(200);
      expect(stage.childWrites()).toEqual([written('update', 'b')]);
    });

    test("an object of the name that is not its own is left alone, told with its namespace, and followed when it is gone", async () => {
      await stage.makeNamespace('a');
      await stage.makeNamespace('b');
      const theirs = await stage.cluster.create(childType, { apiVersion: kind.apiVersion, kind: childType.kind, metadata: { namespace: stage.named('a'), name: stage.named('all') }, spec: kind.childSpec('theirs') }, { fieldManager: 'them' }, AbortSignal.timeout(5_000));
      await stage.start();
      await stage.declare();

      await stage.untilFailed(`one or more namespaces failed, 1 of 2: ${stage.named('a')}: ${kind.takenReason}`);
      expect(await stage.status()).toMatchObject({ failedNamespaces: [{ namespace: stage.named('a'), reason: kind.takenReason }], provisionedNamespaces: [stage.named('b')] });
      expect((await stage.child('a'))?.metadata.resourceVersion).toBe(theirs.metadata.resourceVersion);
      await stage.remove(childType, childKey('a'));
      await stage.untilReady('provisioned in 2 namespaces');
      expect((await stage.status()).failedNamespaces).toEqual([]);
    });

    test('of two declarations with one name for their children the first keeps them', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');
      await stage.declare({ [fields.name]: stage.named('all'), [fields.spec]: kind.childSpec('second') }, { name: stage.named('other') });

      await stage.until(async () => {
        const other = await stage.cluster.get(type, { name: stage.named('other') }, AbortSignal.timeout(5_000));
        expect(other === undefined ? undefined : kind.parseStatus(other).failedNamespaces).toEqual([{ namespace: stage.named('a'), reason: kind.takenReason }]);
      });
      expect((await stage.child('a'))?.['spec']).toEqual(kind.childSpec('first'));
    });

    test('a child that is deleted is made again, and one that is edited is put right', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');
      const before = (await stage.child('a'))?.metadata.uid;

      await stage.remove(childType, childKey('a'));
      await stage.until(async () => expect([undefined, before]).not.toContain((await stage.child('a'))?.metadata.uid));
      await stage.edit(childType, childKey('a'), (object) => ({ ...object, spec: kind.childSpec('by-hand'), metadata: { ...object.metadata, labels: { by: 'hand' } } }));
      await stage.until(async () => expect((await stage.child('a'))?.['spec']).toEqual(kind.childSpec('first')));
      expect((await stage.child('a'))?.metadata.labels ?? {}).toEqual({});
    });

    test('whoever fights over a child is told, and the writes end', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');

      for (let round = 0; round < 6; round += 1) {
        const current = async (): Promise<void> => expect((await stage.child('a'))?.['spec']).toEqual(kind.childSpec(round > 5 ? 'theirs' : 'first'));
        await stage.until(current);
        await stage.edit(childType, childKey('a'), (object) => ({ ...object, spec: kind.childSpec('theirs') }));
      }

      await stage.untilFailed(/somebody else changes it again and again/);
      expect(stage.childWrites().filter((write) => write.startsWith('update'))).toHaveLength(5);
    });

    test('a namespace that the API server refuses is told, is tried again, and keeps no other waiting', async () => {
      await stage.makeNamespace('a');
      await stage.makeNamespace('b');
      stage.forbidden.add(`create ${stage.named('a')}`);
      await stage.start();
      await stage.declare();

      await stage.untilFailed(`one or more namespaces failed, 1 of 2: ${stage.named('a')}: forbidden: create ${stage.named('a')}`);
      expect((await stage.status()).provisionedNamespaces).toEqual([stage.named('b')]);
      stage.forbidden.clear();
      await stage.untilReady('provisioned in 2 namespaces');
    });

    test('children are made and deleted as namespaces come, go, and change their labels', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');

      await stage.makeNamespace('b');
      await stage.untilReady('provisioned in 2 namespaces');
      await stage.edit(namespaceType, { name: stage.named('a') }, (object) => ({ ...object, metadata: { ...object.metadata, labels: { team: 'another' } } }));
      await stage.untilReady('provisioned in 1 namespace');
      expect(await stage.child('a')).toBeUndefined();
      expect((await stage.status()).provisionedNamespaces).toEqual([stage.named('b')]);
    });

    test('selectors are alternatives, and may hold expressions', async () => {
      await stage.makeNamespace('a', { labels: { team: stage.named('team'), stage: 'prod' } });
      await stage.makeNamespace('b', { labels: { other: stage.named('team') } });
      await stage.makeNamespace('c', { labels: { team: stage.named('team'), stage: 'dev' } });
      await stage.start();
      await stage.declare({
        namespaceSelectors: [
          { matchLabels: { team: stage.named('team') }, matchExpressions: [{ key: 'stage', operator: 'In', values: ['prod', 'test'] }] },
          { matchLabels: { other: stage.named('team') } },
        ],
      });

      await stage.untilReady('provisioned in 2 namespaces');
      expect((await stage.status()).provisionedNamespaces).toEqual([stage.named('a'), stage.named('b')]);
    });

    test('it is ready where no namespace matches, and says so', async () => {
      await stage.start();
      await stage.declare();

      await stage.untilReady('no namespace matches');
      expect((await stage.status()).provisionedNamespaces).toEqual([]);
    });

    test('a namespace on its way out is left alone, and the others are served', async () => {
      await stage.makeNamespace('a', { finalizers: ['test.example/hold'] });
      await stage.makeNamespace('b');
      await stage.remove(namespaceType, { name: stage.named('a') });
      await stage.start();
      await stage.declare();

      await stage.untilReady('provisioned in 1 namespace');
      expect(stage.childWrites()).toEqual([written('create', 'b')]);
      await stage.edit(namespaceType, { name: stage.named('a') }, ({ metadata: { finalizers: _held, ...metadata }, ...object }) => ({ ...object, metadata }));
    });

    test('the wish for a sync is handed on to the children, and taken back with it', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare({}, { annotations: { [forceSync]: '1', other: 'stays' } });
      await stage.untilReady('provisioned in 1 namespace');
      expect((await stage.child('a'))?.metadata.annotations).toEqual({ [forceSync]: '1' });

      await stage.edit(type, key(), (object) => ({ ...object, metadata: { ...object.metadata, annotations: { [forceSync]: '2' } } }));
      await stage.until(async () => expect((await stage.child('a'))?.metadata.annotations).toEqual({ [forceSync]: '2' }));
      await stage.edit(type, key(), ({ metadata: { annotations: _wish, ...metadata }, ...object }) => ({ ...object, metadata }));
      await stage.until(async () => expect((await stage.child('a'))?.metadata.annotations ?? {}).toEqual({}));
    });

    test('a spec of the children that means nothing is named by its path, and what was made before stays', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');

      await stage.edit(type, key(), withSpec({ [fields.spec]: { ...kind.childSpec('second'), refreshInterval: 'soon' } }));

      await stage.untilFailed(new RegExp(`^invalid ${kind.kind}: spec\\.${fields.spec}\\.refreshInterval: must be a duration`));
      expect((await stage.child('a'))?.['spec']).toEqual(kind.childSpec('first'));
    });

    test('its end is the end of its children, without our doing', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');

      await stage.remove(type, key());

      await stage.until(async () => expect(await stage.child('a')).toBeUndefined(), collectorPatience);
      expect(stage.childWrites()).toEqual([written('create', 'a')]);
    });

    test('what External Secrets has left as it should be is taken over without a write, the next change with one', async () => {
      await stage.makeNamespace('a');
      await stage.start();
      await stage.declare();
      await stage.untilReady('provisioned in 1 namespace');
      await stage.stop();
      const told = { observedGeneration: null, conditions: [{ type: 'Ready', status: 'True' }] };
      await stage.cluster.patchStatus(type, key(), told, { fieldManager: 'external-secrets' }, AbortSignal.timeout(5_000));

      await stage.start();
      await stage.pause(500);
      expect(stage.recorded.calls).toEqual([]);
      await stage.makeNamespace('b');
      await stage.untilReady('provisioned in 2 namespaces');
    });
  });
}
