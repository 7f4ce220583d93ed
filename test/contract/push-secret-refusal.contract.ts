import { describe, expect, test } from 'vitest';
import { clusterSecretStoreType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { entry, setPushStage, unavailable } from '../support/push-stage.ts';
import type { World } from '../support/secret-stage.ts';

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

/** What is refused, with nothing pushed. */
const refusals: readonly { readonly says: string; readonly source?: Texts; readonly spec: Fields; readonly message: string | RegExp }[] = [
  { says: 'a key that is not there', spec: { data: [entry('unexisting', 'path')] }, message: 'set secret failed: secret key "unexisting" does not exist' },
  { says: 'a pattern that is none', spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: '(' } }] }, message: /^set secret failed: dataTo\[0\]: match\.regexp: / },
  {
    says: 'two rules for one remote key',
    source: { a: '1', b: '2' },
    spec: { data: [], dataTo: ['a', 'b'].map((key) => ({ storeRef: { name: 'vault' }, match: { regexp: key }, rewrite: [{ regexp: { source: '.*', target: 'same' } }] })) },
    message: /^set secret failed: duplicate remote key "same": dataTo\[0\] from source key "a" and dataTo\[1\] from source key "b"/,
  },
  { says: 'one rule for one remote key twice', source: { a: '1', b: '2' }, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, rewrite: [{ regexp: { source: '^.*$', target: 'same' } }] }] }, message: /^set secret failed: dataTo\[0\]: rewrite\[0\]\.regexp makes "same" of two keys/ },
  {
    says: 'a rule and an entry for one remote key',
    source: { a: '1', b: '2' },
    spec: { data: [entry('a', 'b')], dataTo: [{ storeRef: { name: 'vault' } }] },
    message: 'set secret failed: duplicate remote key "b": source key "b" and source key "a" both map to the same destination',
  },
  { says: 'two entries for one property', source: { a: '1', b: '2' }, spec: { data: [entry('a', 'x', {}, 'p'), entry('b', 'x', {}, 'p')] }, message: /^set secret failed: duplicate remote key "x" with property "p"/ },
  { says: 'two keys that become one', source: { a_U0062_: '1', ab: '2' }, spec: { data: [entry('ab', 'x', { conversionStrategy: 'ReverseUnicode' })] }, message: 'set secret failed: could not apply conversion strategy to keys: two keys of the Secret become "ab"' },
  { says: 'a rewrite that leaves nothing', source: { a: '1' }, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, rewrite: [{ regexp: { source: '.*', target: '' } }] }] }, message: /rewrite leaves nothing of the key "a"/ },
  { says: 'a rule for a store that is not listed', spec: { dataTo: [{ storeRef: { name: 'elsewhere' } }] }, message: 'invalid PushSecret: spec.dataTo[0].storeRef: SecretStore "elsewhere" does not stand in secretStoreRefs by its name' },
  { says: 'a rule for a store that is listed by labels only', spec: { secretStoreRefs: [{ labelSelector: { matchLabels: { team: 'a' } } }], dataTo: [{ storeRef: { name: 'vault' } }] }, message: /does not stand in secretStoreRefs by its name/ },
  { says: 'a template that does not render', spec: { template: { data: { key: '{{ .nothing.at.all }}' } } }, message: /^could not apply template to source: spec\.template\.data\[key\]: / },
  { says: 'a template from a ConfigMap that is not there', spec: { template: { templateFrom: [{ configMap: { name: 'texts', items: [{ key: 'a' }] } }] } }, message: 'could not apply template: ConfigMap "texts" does not exist' },
];

/** What PushSecrets do not push, and what they say of it. */
export function describeRefusedPushes(name: string, open: () => Promise<World>): void {
  describe(`PushSecrets refuse ${name}`, () => {
    const stage = setPushStage('push-not', open);

    describe('refuse', () => {
      test.each(refusals)('$says', async ({ source, spec, message }) => {
        await stage.arrange(source);
        await stage.declare(spec);
        await stage.untilFailed(message);
        expect(stage.called('write')).toEqual([]);
        expect(stage.held()).toEqual({});
      });

      test('a SecretStore, and a Secret, of another namespace', async () => {
        const other = `${stage.namespace}-other`;
        await stage.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: other } });
        await stage.create(secretStoreType, { apiVersion: 'external-secrets.io/v1', kind: 'SecretStore', metadata: { namespace: other, name: 'vault', labels: { team: 'x' } }, spec: { provider: { writable: { account: `${stage.namespace}/vault` } } } });
        await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: other, name: 'source', labels: { team: 'x' } }, data: { key: 'c3RvbGVu' } });
        await stage.start();
        await stage.declare({ selector: { secret: { selector: { matchLabels: { team: 'x' } } } }, secretStoreRefs: [{ name: 'vault' }, { labelSelector: { matchLabels: { team: 'x' } } }] });
        await stage.untilFailed(/^could not get source secret: no Secret bears the labels/);
        await stage.makeSecret('source', { key: 'own' }, { labels: { team: 'x' } });
        await stage.untilFailed('could not get SecretStore "vault": it does not exist');
        expect(stage.held()).toEqual({});
        await stage.makeStore('vault');
        await stage.untilHeld({ path: 'own' });
      });

      test('a cluster store that does not admit the namespace, until it does; its labels do not give it away', async () => {
        const name = await stage.makeStore('shared', { kind: 'ClusterSecretStore', spec: { conditions: [{ namespaces: ['elsewhere'] }] }, metadata: { labels: { use: stage.namespace } } });
        await stage.makeSecret('source', { key: 'value' });
        await stage.start();
        await stage.declare({ secretStoreRefs: [{ kind: 'ClusterSecretStore', name }] });
        await stage.untilFailed(`using ClusterSecretStore "${name}" is not allowed from namespace "${stage.namespace}": denied by its spec.conditions`);
        await stage.editSpec({ secretStoreRefs: [{ kind: 'ClusterSecretStore', labelSelector: { matchLabels: { use: stage.namespace } } }] });
        await stage.untilFailed('no store bears the labels that spec.secretStoreRefs asks for');
        expect(stage.held('shared')).toEqual({});
        await stage.edit(clusterSecretStoreType, name, (store) => ({ ...store, spec: { provider: { writable: { account: `${stage.namespace}/shared` } }, conditions: [{ namespaces: [stage.namespace] }] } }));
        await stage.untilHeld({ path: 'value' }, 'shared');
      });

      test('keys that a store does not let the namespace have, without keeping the others waiting', async () => {
        const annotations = { 'prelude.dev/allowed-keys': '["{namespace}/*"]' };
        const name = await stage.makeStore('shared', { kind: 'ClusterSecretStore', metadata: { annotations } });
        await stage.makeSecret('source', { key: 'value' });
        await stage.start();
        await stage.declare({ secretStoreRefs: [{ kind: 'ClusterSecretStore', name }], data: [entry('key', `${stage.namespace}/own`), entry('key', 'other/theirs')] });
        await stage.untilFailed(`set secret failed: ClusterSecretStore "${name}" does not let namespace "${stage.namespace}" write "other/theirs": denied by its allowed keys`);
        expect(stage.held('shared')).toEqual({ [`${stage.namespace}/own`]: 'value' });
        await stage.edit(clusterSecretStoreType, name, (store) => ({ ...store, metadata: { ...store.metadata, annotations: {} } }));
        await stage.untilSynced();
      });

      test('a store that is not there, without keeping the others waiting', async () => {
        await stage.arrange();
        await stage.declare({ secretStoreRefs: [{ name: 'missing' }, { name: 'vault' }] });
        await stage.untilFailed('could not get SecretStore "missing": it does not exist');
        expect(stage.held()).toEqual({ path: 'value' });
        expect((await stage.status()).syncedPushSecrets).toMatchObject({ 'SecretStore/vault': { path: {} } });
        await stage.makeStore('missing');
        await stage.untilSynced();
        expect(stage.held('missing')).toEqual({ path: 'value' });
        expect(stage.called('write')).toEqual(['path', 'path']);
      });

      test('a cluster store that is not there', async () => {
        await stage.arrange();
        await stage.declare({ secretStoreRefs: [{ kind: 'ClusterSecretStore', name: 'unexisting' }] });
        await stage.untilFailed('could not get ClusterSecretStore "unexisting": it does not exist');
      });

      test('a rule whose labels no store bears', async () => {
        await stage.arrange();
        await stage.declare({ dataTo: [{ storeRef: { labelSelector: { matchLabels: { no: 'store' } } } }] });
        await stage.untilFailed('dataTo[0]: labelSelector does not match any store in secretStoreRefs');
      });

      test('a Secret that is not there, until it is', async () => {
        await stage.makeStore('vault');
        await stage.start();
        await stage.declare();
        await stage.untilFailed('could not get source secret: Secret "source" does not exist');
        await stage.makeSecret('source', { key: 'value' });
        await stage.untilSynced();
      });

      test('without a word where all stores are of another class; others are pushed to', async () => {
        await stage.makeStore('theirs', { spec: { controller: 'other' } });
        await stage.makeStore('vault', { spec: { controller: 'default' } });
        await stage.makeSecret('source', { key: 'value' });
        await stage.start();
        await stage.declare({ secretStoreRefs: [{ name: 'theirs' }], deletionPolicy: 'Delete' });
        await stage.pause(400);
        expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);
        await stage.editSpec({ secretStoreRefs: [{ name: 'theirs' }, { name: 'vault' }] });
        await stage.untilSynced();
        expect(stage.held('theirs')).toEqual({});
        expect(stage.held()).toEqual({ path: 'value' });
      });
    });

    test('an invalid spec whose stores are all of another class is theirs to refuse, until one is ours', async () => {
      await stage.makeStore('theirs', { spec: { controller: 'other' } });
      await stage.start();
      await stage.declare({ secretStoreRefs: [{ name: 'theirs' }], dataTo: [{ storeRef: { name: 'elsewhere' } }] });
      await stage.pause(400);
      expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);
      await stage.edit(secretStoreType, 'theirs', (store) => ({ ...store, spec: { provider: { writable: { account: 'x' } }, controller: 'default' } }));
      await stage.untilFailed(/^invalid PushSecret/);
    });

    test.each([
      ['says nothing', {}, true],
      ['admits another', { 'prelude.dev/push-namespaces': '["other-*"]' }, true],
      ['admits it', { 'prelude.dev/push-namespaces': '["{namespace}-*"]' }, false],
    ])('a namespace that a push chooses, where the cluster store %s', async (_what, annotations, isRefused) => {
      const name = await stage.makeStore('shared', { kind: 'ClusterSecretStore', metadata: { annotations } });
      await stage.makeSecret('source', { key: 'value' });
      await stage.start();
      const elsewhere = `${stage.namespace}-copy`;
      stage.script.refuse = ({ admitted }) => (admitted === elsewhere ? undefined : new ProviderError('invalid', `not let into ${elsewhere}`));
      await stage.declare({ deletionPolicy: 'Delete', secretStoreRefs: [{ kind: 'ClusterSecretStore', name }], data: [entry('key', 'path', { metadata: { spec: { remoteNamespace: elsewhere } } })] });
      if (isRefused) return stage.untilFailed(/not let into/);
      await stage.untilSynced();
      await stage.edit(clusterSecretStoreType, name, (store) => ({ ...store, metadata: { ...store.metadata, annotations: {} } }));
      return stage.untilFailed(/not let into/);
    });

    test('a Secret of a type that grants rights, unless a template gives it another', async () => {
      await stage.makeStore('vault');
      await stage.create(secretType, { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { namespace: stage.namespace, name: 'source' }, data: { key: 'dmFsdWU=' } });
      await stage.start();
      await stage.declare();
      await stage.untilFailed('set secret failed: a Secret of type helm.sh/release.v1 is not pushed as it is: a template can give its values another type');
      expect(stage.called('write')).toEqual([]);
      await stage.editSpec({ template: { data: { key: '{{ .key }}' } } });
      await stage.untilHeld({ path: 'value' });
    });

    describe('when the provider fails', () => {
      test('names the remote key, the store and what the provider said, and tries again', async () => {
        await stage.arrange();
        let isDown = true;
        stage.script.refuse = () => (isDown ? unavailable('no such region') : undefined);
        await stage.declare();
        await stage.untilFailed('set secret failed: could not write remote ref path to target secretstore vault (unavailable): no such region');
        expect((await stage.status()).syncedPushSecrets).toEqual({ 'SecretStore/vault': {} });
        isDown = false;
        await stage.untilSynced();
      });

      test('a client that cannot be had fails its store alone', async () => {
        await stage.arrange();
        await stage.makeStore('broken');
        stage.script.connect = (account) => (account.endsWith('/broken') ? Promise.reject(new ProviderError('denied', 'no such account')) : Promise.resolve());
        await stage.declare({ secretStoreRefs: [{ name: 'broken' }, { name: 'vault' }] });
        await stage.untilFailed('set secret failed: could not write remote ref path to target secretstore broken (denied): no such account');
        expect(stage.held()).toEqual({ path: 'value' });
      });

      test('one value that fails keeps no other away, and what was pushed is not pushed again', async () => {
        await stage.arrange({ a: '1', b: '2' });
        let isDown = true;
        stage.script.refuse = ({ place }) => (place === 'a' && isDown ? unavailable() : undefined);
        await stage.declare({ data: [entry('a', 'a'), entry('b', 'b')] });
        await stage.untilFailed(/could not write remote ref a /);
        expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {})).toEqual(['b']);
        isDown = false;
        await stage.untilSynced();
        expect(stage.called('write').filter((place) => place === 'b')).toEqual(['b']);
      });
    });

    describe('IfNotExists', () => {
      const existing = 'PushSecret synced successfully. Existing secrets in providers unchanged.';

      test('leaves what is there, adds what is not, and lists both', async () => {
        await stage.arrange({ key: 'value', other: 'new' });
        stage.script.held(`${stage.namespace}/vault`).set('path', 'old');
        await stage.declare({ updatePolicy: 'IfNotExists', data: [entry('key', 'path'), entry('other', 'other')] });
        await stage.untilSynced(existing);
        expect(stage.held()).toEqual({ path: 'old', other: 'new' });
        expect(Object.keys((await stage.status()).syncedPushSecrets['SecretStore/vault'] ?? {}).toSorted()).toEqual(['other', 'path']);
        await stage.setData('source', { key: 'changed', other: 'changed' });
        await stage.until(() => expect(stage.called('write').length).toBeGreaterThan(2));
        expect(stage.held()).toEqual({ path: 'old', other: 'new' });
      });

      test('fails where it cannot be told', async () => {
        await stage.arrange();
        stage.script.refuse = () => unavailable('don\'t know');
        await stage.declare({ updatePolicy: 'IfNotExists' });
        await stage.untilFailed(/don't know$/);
      });
    });
  });
}
