import { describe, expect, test, vi } from 'vitest';
import { clusterSecretStoreType, externalSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { dataHash, textHash } from '../../src/secret/object-hash.ts';
import { resourceVersionOf } from '../../src/secret/resource-version.ts';
import { collectorPatience, setStage, type World } from '../support/secret-stage.ts';
import { secretData, storeObject } from '../support/secret-world.ts';

/** What the secrets half does to a cluster, whatever the cluster is made of. */
export function describeSecretControllers(name: string, open: () => Promise<World>): void {
  describe(`the secrets half ${name}`, () => {
    const stage = setStage('story', open);

    test('a new ExternalSecret becomes a Secret at the price of two writes and no read', async () => {
      await stage.start();
      const declared = await stage.declare('database', {}, { labels: { app: 'archive' } });
      await stage.untilSynced('database');

      const secret = await stage.get(secretType, 'database');
      expect(secret).toMatchObject({
        type: 'Opaque',
        data: { password: Buffer.from('hunter2').toString('base64') },
        metadata: {
          labels: { app: 'archive', 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': textHash(`${stage.namespace}/database`) },
          annotations: { 'reconcile.external-secrets.io/data-hash': dataHash(new Map([['password', Buffer.from('hunter2')]])) },
          ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'database', uid: declared.metadata.uid, controller: true, blockOwnerDeletion: true }],
        },
      });
      const status = await stage.status('database');
      expect(status).toMatchObject({ observedGeneration: 1, syncedResourceVersion: resourceVersionOf(declared.metadata), binding: { name: 'database' }, conditions: [{ observedGeneration: 1 }] });
      expect(Math.abs(Date.now() - Date.parse(status.refreshTime ?? ''))).toBeLessThan(20_000);

      await stage.pause(300);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.includes('secretstores'))).toEqual(['create secrets', 'patchStatus externalsecrets']);
      expect(stage.recorded.calls.filter(({ verb, key }) => verb.startsWith('get') && key.startsWith(`${stage.namespace}/`))).toEqual([]);
      expect(stage.recorded.calls.find(({ resource }) => resource === 'secrets')?.fieldManager).toBe('externalsecrets.external-secrets.io/database');
      expect(stage.running.events).toEqual([
        { about: `SecretStore ${stage.namespace}/vault`, note: { type: 'Normal', reason: 'Valid', message: 'store validated' } },
        { about: `ExternalSecret ${stage.namespace}/database`, note: { type: 'Normal', reason: 'Created', message: 'secret created' } },
      ]);
    });

    test('declared together with its store, an ExternalSecret still costs two writes', async () => {
      await stage.start();
      await stage.until(async () => expect((await stage.storeStatus('vault')).conditions).toHaveLength(1));
      const { promise: verdict, resolve: judge } = Promise.withResolvers<void>();
      const validate = vi.fn(() => verdict.then(() => 'valid' as const));
      stage.running.script.validate = validate;

      await stage.declare('database', { secretStoreRef: { name: 'fresh' } });
      await stage.create(secretStoreType, { ...storeObject(stage.namespace), metadata: { namespace: stage.namespace, name: 'fresh' } });
      // stores and ExternalSecrets are watched apart: which of two that are declared at once is seen first, nobody knows
      await stage.until(() => expect(validate).toHaveBeenCalledOnce());
      await stage.declare('second', { secretStoreRef: { name: 'fresh' } });
      await stage.pause(300);
      judge();

      await stage.untilSynced('second');
      const writes = stage.recorded.calls.filter(({ verb, key }) => !verb.startsWith('get') && key === `${stage.namespace}/second`);
      expect(writes.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['create secrets', 'patchStatus externalsecrets']);
    });

    test('a refresh without news reads the provider and writes nothing; news are followed', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms' });
      await stage.untilSynced('database');
      const before = stage.recorded.writesIn(stage.namespace).length;
      const reads = stage.running.script.calls.length;
      await stage.until(() => expect(stage.running.script.calls.length).toBeGreaterThan(reads + 2));
      expect(stage.recorded.writesIn(stage.namespace).length).toBe(before);

      stage.running.remote['prod/db'] = 'rotated';
      await stage.untilData('database', { password: 'rotated' });
      await stage.until(() => expect(stage.recorded.writesIn(stage.namespace).slice(before)).toEqual(['update secrets', 'patchStatus externalsecrets']));
    });

    test('a Secret that is deleted, emptied, edited or stripped of its labels is healed at once', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');

      await stage.remove(secretType, 'database');
      await stage.untilData('database', { password: 'hunter2' });
      await stage.edit(secretType, 'database', (secret) => ({ ...secret, data: { password: 'eA==', more: 'eA==' } }));
      await stage.untilData('database', { password: 'hunter2' });
      await stage.edit(secretType, 'database', ({ data: _gone, ...secret }) => secret);
      await stage.untilData('database', { password: 'hunter2' });
      await stage.edit(secretType, 'database', (secret) => ({ ...secret, metadata: { ...secret.metadata, labels: { theirs: 'kept' }, ownerReferences: secret.metadata.ownerReferences ?? [] } }));
      await stage.until(async () => expect((await stage.get(secretType, 'database'))?.metadata.labels).toMatchObject({ theirs: 'kept', 'reconcile.external-secrets.io/managed': 'true' }));
      await stage.edit(secretType, 'database', (secret) => ({ ...secret, metadata: { ...secret.metadata, ownerReferences: [] } }));
      await stage.until(async () => expect((await stage.get(secretType, 'database'))?.metadata.ownerReferences).toHaveLength(1));
    });

    test('whoever fights over a Secret is named, and the writes end', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');

      for (let round = 0; round < 7; round += 1) {
        await stage.edit(secretType, 'database', (secret) => ({ ...secret, data: { password: Buffer.from(`theirs ${round}`).toString('base64') } }));
        await stage.pause(150);
      }

      await stage.untilFailed('database', /^somebody else changes the Secret again and again/);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => write === 'update secrets')).toHaveLength(5);
    });

    test('a Secret that somebody made by hand is left alone, until it is gone', async () => {
      const theirs = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'database' }, data: { by: 'aGFuZA==' } };
      const made = await stage.create(secretType, theirs);
      await stage.start();
      await stage.declare('database');

      await stage.untilFailed('database', 'target exists and is not ours: Secret "database" was made by somebody else and is left as it is; choose another spec.target.name, or delete that Secret');
      expect((await stage.get(secretType, 'database'))?.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
      expect(stage.recorded.calls.filter(({ verb, resource }) => verb === 'get' && resource === 'secrets')).toEqual([]);
      await stage.remove(secretType, 'database');
      await stage.untilSynced('database');
    });

    test('a changed declaration is followed: keys, metadata, and a new target name in place of the old', async () => {
      await stage.start({ 'prod/db': 'hunter2', object: '{"user":"seed","port":5432}' });
      await stage.declare('database');
      await stage.untilSynced('database');

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { secretStoreRef: { name: 'vault' }, target: { name: 'renamed', template: { type: 'acme.example/db', metadata: { labels: { from: 'template' } } } }, dataFrom: [{ extract: { key: 'object' } }] } }));

      await stage.untilData('renamed', { user: 'seed', port: '5432' });
      expect(await stage.get(secretType, 'renamed')).toMatchObject({ type: 'acme.example/db', metadata: { labels: { from: 'template' } } });
      await stage.untilData('database', undefined);
    });

    test('force-sync reads at once, and costs one write', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');
      stage.running.remote['prod/db'] = 'rotated';

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'external-secrets.io/force-sync': '1' } } }));

      await stage.untilData('database', { password: 'rotated' });
      const secret = await stage.get(secretType, 'database');
      expect(secret?.metadata.annotations).not.toHaveProperty(['external-secrets.io/force-sync']);
    });

    test('a restart reads nothing and writes nothing', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');
      await stage.stop();

      await stage.start();
      await stage.pause(500);

      expect(stage.running.script.calls).toEqual([]);
      expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);
    });

    test("what External Secrets has synced is taken over without a read and without a write", async () => {
      const lastApplied = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
      const { metadata } = await stage.declare('database', {}, { annotations: lastApplied });
      const data = new Map([['password', Buffer.from('hunter2')]]);
      await stage.create(secretType, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          namespace: stage.namespace,
          name: 'database',
          labels: { 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': textHash(`${stage.namespace}/database`) },
          annotations: { ...lastApplied, 'reconcile.external-secrets.io/data-hash': dataHash(data) },
          ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'database', uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true }],
        },
        type: 'Opaque',
        data: { password: 'aHVudGVyMg==' },
      });
      const now = `${new Date().toISOString().slice(0, 19)}Z`;
      const condition = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: now };
      await stage.cluster.patchStatus(
        externalSecretType,
        { namespace: stage.namespace, name: 'database' },
        { refreshTime: now, syncedResourceVersion: resourceVersionOf(metadata), binding: { name: 'database' }, conditions: [condition] },
        { fieldManager: 'external-secrets' },
        new AbortController().signal,
      );

      await stage.start({ 'prod/db': 'rotated' });
      await stage.pause(500);
      expect(stage.running.script.calls).toEqual([]);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.includes('secretstores'))).toEqual([]);

      await stage.edit(secretType, 'database', (secret) => ({ ...secret, data: {} }));
      await stage.untilData('database', { password: 'rotated' });
      expect((await stage.get(secretType, 'database'))?.metadata.annotations).toMatchObject(lastApplied);
    });

    test('an orderly stop writes the refresh times that were only remembered', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms' });
      await stage.untilSynced('database');
      const first = (await stage.status('database')).refreshTime ?? '';
      await stage.pause(2_500);
      expect((await stage.status('database')).refreshTime).toBe(first);

      await stage.stop();

      expect(Date.parse((await stage.status('database')).refreshTime ?? '')).toBeGreaterThan(Date.parse(first));
    });

    test('a store that comes later, or gets well, wakes those that wait for it', async () => {
      await stage.start();
      stage.running.script.validate = async () => {
        throw new ProviderError('denied', 'the token is refused');
      };
      await stage.declare('database', { secretStoreRef: { name: 'late' } });
      await stage.untilFailed('database', 'SecretStore "late" does not exist');

      await stage.create(secretStoreType, { ...storeObject(stage.namespace), metadata: { namespace: stage.namespace, name: 'late' } });
      await stage.untilFailed('database', 'SecretStore "late" is not ready: unable to validate store (denied): the token is refused');
      stage.running.script.validate = async () => 'valid';
      await stage.edit(secretStoreType, 'late', (store) => ({ ...store, metadata: { ...store.metadata, annotations: { again: '1' } } }));

      await stage.untilSynced('database');
    });

    test('a store is judged, again when its credentials change, and not written when nothing changed', async () => {
      await stage.start();
      await stage.until(async () => expect(await stage.storeStatus('vault')).toMatchObject({ capabilities: 'ReadWrite', observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', reason: 'Valid', message: 'store validated' }] }));
      const before = stage.recorded.writesIn(stage.namespace).length;
      await stage.edit(secretStoreType, 'vault', (store) => ({ ...store, metadata: { ...store.metadata, annotations: { again: '1' } } }));
      await stage.pause(300);
      expect(stage.recorded.writesIn(stage.namespace).length).toBe(before);

      const token = { name: 'token', key: 'token' };
      await stage.edit(secretStoreType, 'vault', (store) => ({ ...store, spec: { provider: { scripted: { account: stage.namespace, token } } } }));
      await stage.until(async () => expect((await stage.storeStatus('vault')).conditions[0]).toMatchObject({ status: 'False', reason: 'InvalidProviderConfig', message: expect.stringContaining('token') }));
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'token' }, data: { token: 'dA==' } });
      await stage.until(async () => expect((await stage.storeStatus('vault')).conditions[0]).toMatchObject({ status: 'True', observedGeneration: 2 }));
    });

    test('an immutable Secret is not written, and the condition says what to do', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '300ms' });
      await stage.untilSynced('database');
      await stage.edit(secretType, 'database', (secret) => ({ ...secret, immutable: true }));
      stage.running.remote['prod/db'] = 'rotated';

      await stage.untilFailed('database', 'could not update secret, target is immutable: delete Secret "database" to have it made anew');
      expect(await secretData(stage.cluster, stage.namespace, 'database')).toEqual({ password: 'hunter2' });
      await stage.remove(secretType, 'database');
      await stage.untilData('database', { password: 'rotated' });
    });

    test('a cluster store that does not admit the namespace is refused by name', async () => {
      await stage.start();
      const store = { ...storeObject(stage.namespace, { conditions: [{ namespaces: ['elsewhere'] }] }), kind: 'ClusterSecretStore', metadata: { name: `vault-${stage.namespace}` } };
      await stage.create(clusterSecretStoreType, store);
      await stage.declare('database', { secretStoreRef: { kind: 'ClusterSecretStore', name: `vault-${stage.namespace}` } });

      await stage.untilFailed('database', `using ClusterSecretStore "vault-${stage.namespace}" is not allowed from namespace "${stage.namespace}": denied by its spec.conditions`);
      await stage.edit(clusterSecretStoreType, `vault-${stage.namespace}`, (object) => ({ ...object, spec: { ...(storeObject(stage.namespace)['spec'] as object), conditions: [{ namespaces: [stage.namespace] }] } }));
      await stage.untilSynced('database');
    });

    test('100 ExternalSecrets of 3 values each are read in 15 calls', async () => {
      const keys = Array.from({ length: 300 }, (_unused, index) => `key-${index}`);
      await stage.start(Object.fromEntries(keys.map((key) => [key, `value of ${key}`])));
      await stage.until(async () => expect((await stage.storeStatus('vault')).conditions).toHaveLength(1));
      await stage.stop();
      for (let index = 0; index < 100; index += 1) {
        await stage.declare(`es-${index}`, { data: [0, 1, 2].map((part) => ({ secretKey: `k${part}`, remoteRef: { key: `key-${index * 3 + part}` } })) });
      }

      await stage.start(Object.fromEntries(keys.map((key) => [key, `value of ${key}`])));
      await vi.waitFor(() => expect(stage.recorded.writesIn(stage.namespace)).toHaveLength(200), { timeout: 30_000, interval: 100 });
      await stage.untilSynced('es-99');

      expect(stage.running.script.calls.length).toBeLessThanOrEqual(15);
      expect(await secretData(stage.cluster, stage.namespace, 'es-99')).toEqual({ k0: 'value of key-297', k1: 'value of key-298', k2: 'value of key-299' });
    }, 60_000);

    // last, because a new collector takes its time
    test('the Secret goes with its ExternalSecret', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');

      await stage.remove(externalSecretType, 'database');

      await stage.untilData('database', undefined, collectorPatience);
    }, 60_000);

    test('of two ExternalSecrets with one target the first keeps it, without a write of the second', async () => {
      await stage.start({ 'prod/db': 'first', other: 'second' });
      await stage.declare('one', { target: { name: 'shared' } });
      await stage.untilSynced('one');
      const secret = await stage.get(secretType, 'shared');

      await stage.declare('two', { target: { name: 'shared' }, refreshInterval: '300ms', data: [{ secretKey: 'password', remoteRef: { key: 'other' } }] });

      await stage.untilFailed('two', 'target is owned by another: Secret "shared" belongs to ExternalSecret "one"; choose another spec.target.name, or delete one of the two owners');
      await stage.pause(500);
      expect((await stage.get(secretType, 'shared'))?.metadata.resourceVersion).toBe(secret?.metadata.resourceVersion);
      await stage.remove(externalSecretType, 'one');
      await stage.untilData('shared', { password: 'second' }, collectorPatience);
    }, 60_000);
  });
}
