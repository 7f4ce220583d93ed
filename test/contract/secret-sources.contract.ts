import { describe, expect, test } from 'vitest';
import { generatorsApiVersion } from '../../src/api/source-reference.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { clusterSecretStoreType, configMapType, externalSecretType, generatorType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { type Stage, setStage, type World } from '../support/secret-stage.ts';
import { secretData, storeObject } from '../support/secret-world.ts';

const fakeType = generatorType('Fake');

function fake(stage: Stage, data: Readonly<Record<string, string>> = { user: 'seed' }, more: object = {}): KubeObject {
  return { apiVersion: generatorsApiVersion, kind: 'Fake', metadata: { namespace: stage.namespace, name: 'gen' }, spec: { data, ...more } };
}

/** An ExternalSecret that takes all from one entry of `dataFrom`. */
function from(stage: Stage, entry: object, spec: object = {}): Promise<KubeObject> {
  return stage.declare('database', { data: [], dataFrom: [entry], ...spec });
}

const generated = { sourceRef: { generatorRef: { apiVersion: generatorsApiVersion, kind: 'Fake', name: 'gen' } } };

/** What an ExternalSecret may read from, whatever the cluster is made of. */
export function describeSecretSources(name: string, open: () => Promise<World>): void {
  describe(`sources ${name}`, () => {
    const stage = setStage('sources', open);
    const data = (): Promise<Readonly<Record<string, string>> | undefined> => secretData(stage.cluster, stage.namespace, 'database');
    const sharedStore = (more: Readonly<Record<string, unknown>> = {}, metadata: object = {}): KubeObject => ({
      ...storeObject(stage.namespace, { provider: { scripted: { account: `shared-${stage.namespace}` } }, ...more }),
      kind: 'ClusterSecretStore',
      metadata: { name: `shared-${stage.namespace}`, ...metadata },
    });
    const ofShared = (): object => ({ storeRef: { kind: 'ClusterSecretStore', name: `shared-${stage.namespace}` } });
    const editSpec = (change: object): Promise<void> => stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), ...change } }));

    describe('several stores', () => {
      const entries = (): object => ({ data: [{ secretKey: 'own', remoteRef: { key: 'a' } }, { secretKey: 'shared', remoteRef: { key: 'b' }, sourceRef: ofShared() }] });

      test('are read together, and one that is missing is awaited', async () => {
        await stage.start({ a: '1', b: '2' });
        await stage.declare('database', entries() as Readonly<Record<string, unknown>>);
        await stage.untilFailed('database', `ClusterSecretStore "shared-${stage.namespace}" does not exist`);
        expect(stage.running.script.calls).toEqual([]);

        await stage.create(clusterSecretStoreType, sharedStore());
        await stage.untilSynced('database');
        expect(await data()).toEqual({ own: '1', shared: '2' });
        expect(stage.running.script.calls.map(({ keys }) => keys.join()).toSorted()).toEqual(['a', 'b']);
      });

      test('of which one is of another class leave the object to its controller, in whatever order they are named', async () => {
        await stage.create(clusterSecretStoreType, sharedStore());
        await stage.create(secretStoreType, { ...storeObject(stage.namespace, { controller: 'blue' }), metadata: { namespace: stage.namespace, name: 'blue' } });
        await stage.start({ a: '1', b: '2' });
        const blue = { storeRef: { kind: 'SecretStore', name: 'blue' } };
        await stage.declare('database', { data: [{ secretKey: 'shared', remoteRef: { key: 'b' }, sourceRef: ofShared() }, { secretKey: 'own', remoteRef: { key: 'a' }, sourceRef: blue }] });
        await stage.declare('witness');
        await stage.untilFailed('witness', /the provider has no "prod\/db"/);

        expect((await stage.status('database')).conditions).toEqual([]);
        expect(await data()).toBeUndefined();
      });

      test('fail with what each of them says', async () => {
        await stage.create(clusterSecretStoreType, sharedStore());
        await stage.start({ b: new ProviderError('denied', 'not yours') });
        await stage.declare('database', entries() as Readonly<Record<string, unknown>>);

        await stage.untilFailed(
          'database',
          `could not get secret data from SecretStore "vault" and ClusterSecretStore "shared-${stage.namespace}": spec.data[0]: the provider has no "a"; spec.data[1]: "b" could not be read (denied): not yours`,
        );
      });

      test('one that keeps a key from the namespace is not asked for it, until it lets go', async () => {
        await stage.create(clusterSecretStoreType, sharedStore({}, { annotations: { 'prelude.dev/allowed-keys': '["{namespace}/*"]' } }));
        await stage.start({ a: '1', b: '2' });
        await stage.declare('database', entries() as Readonly<Record<string, unknown>>);
        await stage.untilFailed('database', new RegExp(`^ClusterSecretStore "shared-${stage.namespace}" does not let namespace "${stage.namespace}" read "b"`));
        expect(stage.running.script.calls).toEqual([]);

        await stage.edit(clusterSecretStoreType, `shared-${stage.namespace}`, (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'prelude.dev/allowed-keys': '["b"]' } } }));
        await stage.untilData('database', { own: '1', shared: '2' });
      });
    });

    describe('find', () => {
      test('takes all that matches, with its keys rewritten or converted, and what comes later with the next refresh', async () => {
        await stage.start({ 'net/a': 'aGk=', 'net/b-1': 'aG8=', other: 'eA==' });
        await from(stage, { find: { path: 'net/', name: { regexp: '^net/' }, decodingStrategy: 'Base64' } }, { refreshInterval: '1s' });
        await stage.untilData('database', { net_a: 'hi', 'net_b-1': 'ho' });

        stage.running.remote['net/c'] = 'aGE=';
        await stage.untilData('database', { net_a: 'hi', 'net_b-1': 'ho', net_c: 'ha' });
        await editSpec({ dataFrom: [{ find: { name: { regexp: 'net' } }, rewrite: [{ regexp: { source: '^net/', target: 'x-' } }] }] });
        await stage.untilData('database', { 'x-a': 'aGk=', 'x-b-1': 'aG8=', 'x-c': 'aGE=' });
      }, 20_000);

      test('that finds nothing leaves the Secret as it is, and says which pattern it was', async () => {
        await stage.start({ 'net/a': '1' });
        await from(stage, { find: { name: { regexp: '^net/' } } }, { refreshInterval: '1h' });
        await stage.untilData('database', { net_a: '1' });

        await editSpec({ dataFrom: [{ find: { name: { regexp: '^nte/' } } }] });
        await stage.untilFailed('database', 'could not get secret data from SecretStore "vault": spec.dataFrom[0]: find by name "^nte/" found nothing');
        expect(await data()).toEqual({ net_a: '1' });
      });

      test('finds of a store that keeps keys to others what the namespace may read, and nothing else', async () => {
        await stage.create(clusterSecretStoreType, sharedStore({}, { annotations: { 'prelude.dev/allowed-keys': '["{namespace}/*"]' } }));
        await stage.start({ [`${stage.namespace}/a`]: '1', 'mainnet/a': '2' });
        await from(stage, { find: { name: { regexp: '/a$' } }, sourceRef: ofShared(), rewrite: [{ regexp: { source: '^.*/', target: '' } }] });

        await stage.untilData('database', { a: '1' });
      });

      test('says what the provider says, and a pattern that is none', async () => {
        await stage.start({ a: new ProviderError('denied', 'no list for you') });
        await from(stage, { find: { name: { regexp: 'a' } } });
        await stage.untilFailed('database', /spec\.dataFrom\[0\]: find by name "a" failed \(denied\): no list for you$/);

        await editSpec({ dataFrom: [{ find: { name: { regexp: '(' } } }] });
        await stage.untilFailed('database', /find by name "\(" failed \(invalid\): find\.name\.regexp: error parsing regexp: missing closing \)$/);
      });
    });

    test('metadata of a value is read instead of it, beside it', async () => {
      await stage.start({ a: '{"user":"seed"}' });
      await stage.declare('database', {
        data: [{ secretKey: 'user', remoteRef: { key: 'a', property: 'user' } }],
        dataFrom: [{ extract: { key: 'a', metadataPolicy: 'Fetch' } }],
      });

      await stage.untilData('database', { user: 'seed', about: 'a' });
    });

    test('objects that were found are merged, and conflicts are told', async () => {
      await stage.start({ 'net/a': '{"user":"seed","port":1}', 'net/b': '{"port":2}' });
      await from(stage, { find: { name: { regexp: '^net/' } }, rewrite: [{ merge: {} }] });
      await stage.untilFailed('database', /spec\.dataFrom\[0\]: rewrite\[0\]\.merge: merge failed with conflicts: port$/);

      await editSpec({ dataFrom: [{ find: { name: { regexp: '^net/' } }, rewrite: [{ merge: { conflictPolicy: 'Ignore', priority: ['net/a'] } }] }] });
      await stage.untilData('database', { user: 'seed', port: '1' });
    });

    test('a credential that is set right wakes those whom the store failed', async () => {
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'token' }, data: { token: 'b2xk' } });
      await stage.edit(secretStoreType, 'vault', (object) => ({ ...object, spec: { provider: { scripted: { account: stage.namespace, token: { name: 'token', key: 'token' } } } } }));
      await stage.start();
      const { script } = stage.running;
      // what cannot be done better the next second is tried again after a minute
      script.answer = async (refs) =>
        refs.map(() => (script.calls.at(-1)?.token === 'new' ? { kind: 'value', value: SecretBytes.fromUtf8('hunter2') } : { kind: 'error', error: new ProviderError('invalid', 'no such account') }));
      await stage.declare('database');
      await stage.untilFailed('database', /no such account/);

      await stage.edit(secretType, 'token', (object) => ({ ...object, data: { token: Buffer.from('new').toString('base64') } }));
      await stage.untilData('database', { password: 'hunter2' });
    });

    test('the Secret tells where each of its values came from', async () => {
      await stage.create(fakeType, fake(stage));
      await stage.start({ a: '{"user":"seed"}', 'net/b': '2' });
      await stage.declare('database', {
        data: [{ secretKey: 'user', remoteRef: { key: 'a', property: 'user', version: '7' } }],
        dataFrom: [{ find: { name: { regexp: '^net/' } } }, { ...generated, rewrite: [{ regexp: { source: '^', target: 'gen-' } }] }],
        target: { template: { mergePolicy: 'Merge', data: { url: 'x://{{ .user }}' } } },
      });
      await stage.untilSynced('database');

      const annotation = (await stage.get(secretType, 'database'))?.metadata.annotations?.['prelude.dev/provenance'] ?? '';
      const store = `SecretStore ${stage.namespace}/vault`;
      expect(JSON.parse(annotation)).toEqual({
        user: { kind: 'store', store, key: 'a', property: 'user', version: '7' },
        net_b: { kind: 'store', store, key: 'net/b', version: 'current' },
        'gen-user': { kind: 'generator', generator: `Fake ${stage.namespace}/gen`, key: 'user' },
        'gen-run': { kind: 'generator', generator: `Fake ${stage.namespace}/gen`, key: 'run' },
        url: { kind: 'template' },
      });
    });

    test('a store that is edited after a restart is followed at once, and the restart reads nothing', async () => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '24h' });
      await stage.untilSynced('database');

      await stage.stop();
      await stage.start({ 'prod/db': 'rotated' });
      await stage.pause(500);
      expect(stage.running.script.calls).toEqual([]);
      await stage.edit(secretStoreType, 'vault', (store) => ({ ...store, spec: { provider: { scripted: { account: `${stage.namespace}-moved` } } } }));
      await stage.untilData('database', { password: 'rotated' });
    });

    describe('generators', () => {
      const runs = (): number => stage.running.generator.runs();

      test('run once for a sync, and are awaited where they are missing', async () => {
        await stage.start();
        await from(stage, { ...generated, rewrite: [{ regexp: { source: '^run$', target: 'count' } }] });
        await stage.untilFailed('database', 'Fake "gen" does not exist');
        expect(runs()).toBe(0);

        await stage.create(fakeType, fake(stage));
        await stage.untilData('database', { user: 'seed', count: '1' });
        await stage.untilSynced('database');
        expect(runs()).toBe(1);
      });

      test('run neither for a restart nor because they are made anew', async () => {
        await stage.create(fakeType, fake(stage));
        await stage.start();
        await from(stage, generated);
        await stage.untilSynced('database');

        await stage.stop();
        await stage.start();
        await stage.remove(fakeType, 'gen');
        await stage.until(async () => expect(await stage.get(fakeType, 'gen')).toBeUndefined());
        await stage.create(fakeType, fake(stage));
        await stage.pause(500);
        expect(await data()).toEqual({ user: 'seed', run: '1' });
        expect(runs()).toBe(0);
      });

      test('run neither for labels nor for a Secret that has only lost its owner', async () => {
        await stage.create(fakeType, fake(stage));
        await stage.start();
        await from(stage, generated);
        await stage.untilSynced('database');
        const before = await stage.status('database');

        await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, labels: { 'helm.sh/chart': 'app-1.0.1' } } }));
        await stage.edit(secretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, ownerReferences: [], labels: { 'reconcile.external-secrets.io/managed': 'true' } } }));
        await stage.until(async () => expect((await stage.get(secretType, 'database'))?.metadata).toMatchObject({ ownerReferences: [{ name: 'database' }], labels: { 'reconcile.external-secrets.io/created-by': expect.any(String) } }));
        await stage.pause(300);
        expect(await data()).toEqual({ user: 'seed', run: '1' });
        expect(runs()).toBe(1);
        expect(await stage.status('database')).toEqual(before);
      });

      test('run for another spec', async () => {
        await stage.create(fakeType, fake(stage));
        await stage.start();
        await from(stage, generated);
        await stage.untilSynced('database');

        await stage.edit(fakeType, 'gen', (object) => ({ ...object, spec: { data: { user: 'other' } } }));
        await stage.untilData('database', { user: 'other', run: '2' });
      });

      test('do not run because a template has changed: it is rendered with the next refresh', async () => {
        const source = (text: string): object => ({ data: { conf: text } });
        await stage.create(fakeType, fake(stage));
        await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: 'source' }, ...source('{{ .run }}') });
        await stage.start();
        await from(stage, generated, { target: { template: { templateFrom: [{ configMap: { name: 'source', items: [{ key: 'conf' }] } }] } } });
        await stage.untilData('database', { conf: '1' });
        await stage.untilSynced('database');

        await stage.edit(configMapType, 'source', (object) => ({ ...object, ...source('run {{ .run }}') }));
        await stage.pause(500);
        expect(await data()).toEqual({ conf: '1' });
        await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'external-secrets.io/force-sync': '1' } } }));
        await stage.untilData('database', { conf: 'run 2' });
      });

      test('do not run for a Secret that cannot be made, and keep their keys as they are', async () => {
        await stage.create(fakeType, fake(stage, { 'a b': '1' }));
        await stage.start({});
        await stage.declare('database', { dataFrom: [generated] });
        await stage.untilFailed('database', 'could not get secret data from SecretStore "vault" and Fake "gen": spec.data[0]: the provider has no "prod/db"');
        expect(runs()).toBe(0);

        stage.running.remote['prod/db'] = 'hunter2';
        await editSpec({ refreshInterval: '2h' });
        await stage.untilFailed('database', /: spec\.dataFrom\[0\]: the key "a b" of Fake "gen" has characters other than letters, digits, -, _ and \.$/);
      });

      test('have taken back what was not written after all', async () => {
        await stage.create(fakeType, fake(stage));
        await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name: 'database' }, data: { mine: 'eA==' } });
        await stage.start();
        const { generator } = stage.running;
        generator.generate = async (_spec, run) => ({ values: new Map([['token', SecretBytes.fromUtf8(`t${run}`)]]), state: { id: run } });
        await from(stage, generated);
        await stage.until(() => expect(generator.takenBack).toContainEqual({ id: 1 }));
        expect(await data()).toEqual({ mine: 'x' });

        await stage.remove(secretType, 'database');
        await stage.untilSynced('database');
        const [kept] = generator.takenBack.slice(-1);
        expect(await data()).not.toEqual({ token: `t${(kept as { readonly id: number }).id}` });
      });

      test('of another class leave the object to its controller', async () => {
        await stage.create(fakeType, fake(stage, {}, { controller: 'blue' }));
        await stage.start();
        await from(stage, generated);
        await stage.declare('witness');
        await stage.untilSynced('witness');

        expect((await stage.status('database')).conditions).toEqual([]);
      });
    });
  });
}
