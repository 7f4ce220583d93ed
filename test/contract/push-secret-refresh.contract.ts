import { describe, expect, test } from 'vitest';
import { configMapType, pushSecretType, secretStoreType } from '../../src/kube/resource-types.ts';
import { resourceVersionOf } from '../../src/secret/resource-version.ts';
import { entry, setPushStage } from '../support/push-stage.ts';
import type { World } from '../support/secret-stage.ts';

/** When PushSecrets push again. */
export function describeRepeatedPushes(name: string, open: () => Promise<World>): void {
  describe(`PushSecrets push again ${name}`, () => {
    const stage = setPushStage('push-again', open);
    const finalizer = 'pushsecret.externalsecrets.io/finalizer';

    describe('refreshes', () => {
      test('a changed Secret is pushed at once, and only what has changed', async () => {
        await stage.arrange({ a: '1', b: '2' });
        await stage.declare({ data: [entry('a', 'a'), entry('b', 'b')], refreshInterval: '1h' });
        await stage.untilSynced();
        stage.script.calls.length = 0;
        await stage.setData('source', { a: 'new', b: '2' });
        await stage.untilHeld({ a: 'new', b: '2' });
        await stage.pause(200);
        expect(stage.called('write')).toEqual(['a']);
      });

      test('at the interval it is looked at and not written, but where somebody has changed it', async () => {
        await stage.arrange();
        await stage.declare({ refreshInterval: '300ms' });
        await stage.untilSynced();
        const writes = stage.recorded.writesIn(stage.namespace).length;
        await stage.until(() => expect(stage.called('read').length).toBeGreaterThan(2));
        expect(stage.called('write')).toEqual(['path']);
        expect(stage.recorded.writesIn(stage.namespace)).toHaveLength(writes);
        stage.script.held(`${stage.namespace}/vault`).set('path', 'meddled');
        await stage.untilHeld({ path: 'value' });
      });

      test('interval 0 pushes once, and again for a change of the object, of its metadata, and of the Secret', async () => {
        await stage.arrange();
        await stage.declare({ refreshInterval: '0' });
        await stage.untilSynced();
        await stage.pause(400);
        expect(stage.called('write')).toHaveLength(1);
        await stage.edit(pushSecretType, 'push', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'external-secrets.io/force-sync': '1' } } }));
        await stage.until(() => expect(stage.called('write')).toHaveLength(2));
        await stage.editSpec({ data: [entry('key', 'renamed')] });
        await stage.untilHeld({ path: 'value', renamed: 'value' });
        await stage.setData('source', { key: 'new' });
        await stage.untilHeld({ path: 'value', renamed: 'new' });
      });

      test('a restart asks no provider and writes nothing; what changed meanwhile is pushed', async () => {
        await stage.arrange();
        await stage.declare({ deletionPolicy: 'Delete' });
        await stage.untilSynced();
        // changes are told apart by the second
        await stage.pause(1_100);
        await stage.stop();
        await stage.start();
        await stage.pause(400);
        expect(stage.script.calls).toEqual([]);
        expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);
        await stage.stop();
        await stage.setData('source', { key: 'meanwhile' });
        await stage.start();
        await stage.untilHeld({ path: 'meanwhile' });
      });

      const adopted = async (refreshInterval: string): Promise<void> => {
        await stage.makeStore('vault');
        await stage.makeSecret('source', { key: 'value' });
        const spec = { refreshInterval, updatePolicy: 'Replace', deletionPolicy: 'Delete', secretStoreRefs: [{ name: 'vault', kind: 'SecretStore' }], data: [{ match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } }, conversionStrategy: 'None' }] };
        const declared = await stage.declare(spec, { finalizers: [finalizer] });
        const status = {
          refreshTime: new Date(Math.ceil(Date.now() / 1_000) * 1_000).toISOString().replace('.000', ''),
          syncedResourceVersion: resourceVersionOf(declared.metadata),
          syncedPushSecrets: { 'SecretStore/vault': { path: { match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } }, conversionStrategy: 'None' } } },
          conditions: [{ type: 'Ready', status: 'True', reason: 'Synced', message: 'PushSecret synced successfully', lastTransitionTime: '2026-01-01T00:00:00Z' }],
        };
        await stage.cluster.patchStatus(pushSecretType, { namespace: stage.namespace, name: 'push' }, status, { fieldManager: 'external-secrets' }, new AbortController().signal);
      };

      test('an object in the state that External Secrets leaves is adopted in silence', async () => {
        await adopted('1h0m0s');
        await stage.start();
        await stage.pause(600);
        expect(stage.script.calls).toEqual([]);
        expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);
      });

      test('what External Secrets pushed for good is pushed again for changes from now on only', async () => {
        await adopted('0s');
        // changes are told apart by the second
        await stage.pause(2_100);
        await stage.setData('source', { key: 'changed before the takeover' });
        await stage.start();
        await stage.pause(400);
        expect(stage.script.calls).toEqual([]);
        await stage.setData('source', { key: 'new' });
        await stage.untilHeld({ path: 'new' });
      });

      test('a store that points elsewhere, and one that gets the labels, are pushed to at once', async () => {
        await stage.makeStore('vault', { metadata: { labels: { team: 'a' } } });
        await stage.makeStore('late');
        await stage.makeSecret('source', { key: 'value' });
        await stage.start();
        await stage.declare({ secretStoreRefs: [{ labelSelector: { matchLabels: { team: 'a' } } }] });
        await stage.untilSynced();
        await stage.edit(secretStoreType, 'vault', (store) => ({ ...store, spec: { provider: { writable: { account: `${stage.namespace}/moved` } } } }));
        await stage.untilHeld({ path: 'value' }, 'moved');
        await stage.edit(secretStoreType, 'late', (store) => ({ ...store, metadata: { ...store.metadata, labels: { team: 'a' } } }));
        await stage.untilHeld({ path: 'value' }, 'late');
      });

      test('a change of a ConfigMap that the template is made of is pushed at once', async () => {
        await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: 'texts' }, data: { key: '{{ .key }} one' } });
        await stage.arrange();
        await stage.declare({ template: { templateFrom: [{ configMap: { name: 'texts', items: [{ key: 'key' }] } }] } });
        await stage.untilHeld({ path: 'value one' });
        await stage.untilSynced();
        await stage.edit(configMapType, 'texts', (object) => ({ ...object, data: { key: '{{ .key }} two' } }));
        await stage.untilHeld({ path: 'value two' });
      });
    });
  });
}
