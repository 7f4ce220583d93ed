import { describe, expect, test } from 'vitest';
import { generatorStateType, generatorType, secretType } from '../../src/kube/resource-types.ts';
import { resourceVersionOf } from '../../src/secret/resource-version.ts';
import { entry, setPushStage, unavailable } from '../support/push-stage.ts';
import type { World } from '../support/secret-stage.ts';

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

interface Pushed {
  readonly says: string;
  readonly source?: Texts;
  readonly spec: Fields;
  /** What the store `vault` comes to hold. */
  readonly held: Texts;
}

const database = { 'db-host': 'h', 'db-port': '1', token: 't' };

/** What a spec makes of a Secret. */
const pushes: readonly Pushed[] = [
  { says: 'one key', spec: {}, held: { path: 'value' } },
  { says: 'the same key to several places', spec: { data: [entry('key', 'path'), entry('key', 'other')] }, held: { path: 'value', other: 'value' } },
  { says: 'a property', spec: { data: [entry('key', 'path', {}, 'member')] }, held: { path: '{"member":"value"}' } },
  { says: 'all of it as JSON, keys in order', source: { b: '<&>', a: '"x"' }, spec: { data: [{ match: { remoteRef: { remoteKey: 'path' } } }] }, held: { path: String.raw`{"a":"\"x\"","b":"<&>"}` } },
  { says: 'converted keys', source: { some_U002f_key: 'value' }, spec: { data: [entry('some/key', 'path', { conversionStrategy: 'ReverseUnicode' })] }, held: { path: 'value' } },
  { says: 'what a template makes of it', spec: { template: { data: { key: '{{ .key | upper }}', more: 'added' } }, data: [entry('key', 'path'), entry('more', 'more')] }, held: { path: 'VALUE', more: 'added' } },
  { says: 'keys that the template leaves, too', source: { key: 'value', other: 'other' }, spec: { template: { data: { made: '{{ .other }}!' } }, data: [entry('key', 'path'), entry('made', 'made')] }, held: { path: 'value', made: 'other!' } },
  { says: 'dataTo: all keys', source: database, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' } }] }, held: database },
  { says: 'dataTo: keys that match', source: database, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: '^db-' } }] }, held: { 'db-host': 'h', 'db-port': '1' } },
  {
    says: 'dataTo: keys rewritten by a pattern',
    source: database,
    spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: '^db-' }, rewrite: [{ regexp: { source: '^db-(.*)$', target: 'app/$1' } }] }] },
    held: { 'app/host': 'h', 'app/port': '1' },
  },
  { says: 'dataTo: keys rewritten by a template', source: { token: 't' }, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, rewrite: [{ transform: { template: 'app/{{ .value | upper }}' } }] }] }, held: { 'app/TOKEN': 't' } },
  {
    says: 'dataTo: rewritten step by step',
    source: { 'db-host': 'h' },
    spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, rewrite: [{ regexp: { source: '^db-', target: '' } }, { transform: { template: '{{ .value | upper }}' } }, { regexp: { source: '^', target: 'x/' } }] }] },
    held: { 'x/HOST': 'h' },
  },
  { says: 'dataTo: an entry of data wins', source: { a: '1', b: '2' }, spec: { data: [entry('a', 'special')], dataTo: [{ storeRef: { name: 'vault' } }] }, held: { special: '1', b: '2' } },
  {
    says: 'dataTo: an entry of data wins under its converted key as well',
    source: { some_U002f_key: '1', b: '2' },
    spec: { data: [entry('some/key', 'special', { conversionStrategy: 'ReverseUnicode' })], dataTo: [{ storeRef: { name: 'vault' }, conversionStrategy: 'ReverseUnicode' }] },
    held: { special: '1', b: '2' },
  },
  { says: 'dataTo: converted keys', source: { some_U002f_key: '1' }, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, conversionStrategy: 'ReverseUnicode' }] }, held: { 'some/key': '1' } },
  { says: 'dataTo: keys with the same value', source: { a: 'same', b: 'same' }, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' } }] }, held: { a: 'same', b: 'same' } },
  { says: 'dataTo: what a template has made', spec: { template: { data: { made: '{{ .key }}!' } }, data: [], dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: '^made$' } }] }, held: { made: 'value!' } },
  { says: 'dataTo: template, rule and entry together', spec: { template: { data: { made: '{{ .key }}!' } }, data: [entry('key', 'explicit')], dataTo: [{ storeRef: { name: 'vault' } }] }, held: { made: 'value!', explicit: 'value' } },
  { says: 'dataTo: all keys as one', source: { b: '2', a: '1' }, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, remoteKey: 'bundle' }] }, held: { bundle: '{"a":"1","b":"2"}' } },
  { says: 'dataTo: keys that match as one', source: database, spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, remoteKey: 'bundle', match: { regexp: '^db-' } }] }, held: { bundle: '{"db-host":"h","db-port":"1"}' } },
  {
    says: 'dataTo: some as one, others each by itself',
    source: database,
    spec: { data: [], dataTo: [{ storeRef: { name: 'vault' }, remoteKey: 'bundle', match: { regexp: '^db-' } }, { storeRef: { name: 'vault' }, match: { regexp: '^token$' } }] },
    held: { bundle: '{"db-host":"h","db-port":"1"}', token: 't' },
  },
  { says: 'dataTo: nothing where no key matches', source: database, spec: { data: [entry('token', 'path')], dataTo: [{ storeRef: { name: 'vault' }, match: { regexp: '^none$' } }] }, held: { path: 't' } },
];

/** What PushSecrets make of Secrets. */
export function describePushes(name: string, open: () => Promise<World>): void {
  describe(`PushSecrets push ${name}`, () => {
    const stage = setPushStage('push', open);

    describe('push', () => {
      test.each(pushes)('$says', async ({ source, spec, held }) => {
        await stage.arrange(source);
        await stage.declare(spec);
        await stage.untilSynced();
        expect(stage.held()).toEqual(held);
      });

      test('costs one status write, and says what is out there', async () => {
        await stage.arrange();
        const declared = await stage.declare({ data: [entry('key', 'path', { metadata: { kind: 'x' } }), entry('key', 'other', {}, 'member')] });
        await stage.untilSynced();
        const status = await stage.status();
        expect(status).toMatchObject({ observedGeneration: 1, syncedResourceVersion: resourceVersionOf(declared.metadata) });
        expect(status.syncedPushSecrets).toEqual({
          'SecretStore/vault': {
            path: { match: { secretKey: 'key', remoteRef: { remoteKey: 'path' } }, metadata: { kind: 'x' } },
            'other/member': { match: { secretKey: 'key', remoteRef: { remoteKey: 'other', property: 'member' } } },
          },
        });
        expect(Math.abs(Date.now() - Date.parse(status.refreshTime ?? ''))).toBeLessThan(20_000);
        await stage.pause(200);
        expect(stage.recorded.writesIn(stage.namespace)).toEqual(['patchStatus pushsecrets']);
        expect(stage.events).toEqual([{ type: 'Normal', reason: 'Synced', message: 'PushSecret synced successfully' }]);
      });

      test('hands the provider the type, labels and annotations, as the template makes them', async () => {
        await stage.makeStore('vault');
        await stage.makeSecret('source', { key: 'value' }, { labels: { own: 'label' }, annotations: { own: 'annotation' } });
        await stage.start();
        await stage.declare({ data: [entry('key', 'path', { metadata: { spec: { tags: ['a'] } } })], template: { type: 'acme.example/db', metadata: { labels: { made: '{{ .key }}' }, annotations: { made: 'too' } } } });
        await stage.untilSynced();
        expect(stage.script.writes[0]).toMatchObject({
          remoteKey: 'path',
          secretKey: 'key',
          metadata: { spec: { tags: ['a'] } },
          updatePolicy: 'Replace',
          source: { type: 'acme.example/db', labels: { own: 'label', made: 'value' }, annotations: { own: 'annotation', made: 'too' } },
        });
      });

      test('goes to stores by their labels, and rules to those they are for', async () => {
        await stage.makeStore('first', { metadata: { labels: { team: 'a', tier: 'gold' } } });
        await stage.makeStore('second', { metadata: { labels: { team: 'a' } } });
        await stage.makeStore('third', { metadata: { labels: { team: 'b' } } });
        await stage.makeSecret('source', { key: 'value', more: 'more' });
        await stage.start();
        await stage.declare({ secretStoreRefs: [{ labelSelector: { matchLabels: { team: 'a' } } }], dataTo: [{ storeRef: { labelSelector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] } }, match: { regexp: 'more' } }] });
        await stage.untilSynced();
        expect(stage.held('first')).toEqual({ path: 'value', more: 'more' });
        expect(stage.held('second')).toEqual({ path: 'value' });
        expect(stage.held('third')).toEqual({});
        expect(Object.keys((await stage.status()).syncedPushSecrets)).toEqual(['SecretStore/first', 'SecretStore/second']);
      });

      test('goes to cluster stores by name and by labels, each once', async () => {
        const name = await stage.makeStore('shared', { kind: 'ClusterSecretStore', metadata: { labels: { use: stage.namespace } } });
        await stage.makeSecret('source', { key: 'value' });
        await stage.start();
        await stage.declare({ secretStoreRefs: [{ kind: 'ClusterSecretStore', name }, { kind: 'ClusterSecretStore', labelSelector: { matchLabels: { use: stage.namespace } } }] });
        await stage.untilSynced();
        expect(stage.held('shared')).toEqual({ path: 'value' });
        expect(stage.called('write')).toEqual(['path']);
        expect(Object.keys((await stage.status()).syncedPushSecrets)).toEqual([`ClusterSecretStore/${name}`]);
      });

      test('takes all Secrets with the labels, the last by name for one place', async () => {
        await stage.makeStore('vault');
        await stage.makeSecret('b', { key: 'from b', b: '2' }, { labels: { push: 'yes' } });
        await stage.makeSecret('a', { key: 'from a', a: '1' }, { labels: { push: 'yes' } });
        await stage.makeSecret('c', { key: 'from c', c: '3' }, { labels: { push: 'no' } });
        await stage.start();
        await stage.declare({ selector: { secret: { selector: { matchLabels: { push: 'yes' } } } }, data: [], dataTo: [{ storeRef: { name: 'vault' } }], deletionPolicy: 'Delete' });
        await stage.untilSynced();
        expect(stage.held()).toEqual({ key: 'from b', a: '1', b: '2' });
        await stage.edit(secretType, 'b', (secret) => ({ ...secret, metadata: { ...secret.metadata, labels: {} } }));
        await stage.untilHeld({ key: 'from a', a: '1' });
        await stage.makeSecret('d', { d: '4' }, { labels: { push: 'yes' } });
        await stage.untilHeld({ key: 'from a', a: '1', d: '4' });
      });

      test('takes what a generator makes, and keeps account of what it leaves behind', async () => {
        await stage.makeStore('vault');
        await stage.create(generatorType('Fake'), { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Fake', metadata: { namespace: stage.namespace, name: 'seed' }, spec: { data: { key: 'made', lease: 'lease' } } });
        await stage.start();
        await stage.declare({ selector: { generatorRef: { kind: 'Fake', name: 'seed' } } });
        await stage.untilSynced();
        expect(stage.held()).toEqual({ path: 'made' });
        const states: unknown[] = [];
        for await (const { items } of stage.cluster.pages(generatorStateType, { namespace: stage.namespace }, new AbortController().signal)) states.push(...items.map(({ spec }) => spec));
        expect(states).toMatchObject([{ state: 'lease', resource: { kind: 'Fake' } }]);

        await stage.edit(generatorType('Fake'), 'seed', (object) => ({ ...object, spec: { data: { key: 'made anew' } } }));
        await stage.untilHeld({ path: 'made anew' });
      });

      test('takes back what was generated for nothing', async () => {
        await stage.makeStore('vault');
        stage.script.refuse = () => unavailable();
        await stage.create(generatorType('Fake'), { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Fake', metadata: { namespace: stage.namespace, name: 'seed' }, spec: { data: { key: 'made', lease: 'lease' } } });
        await stage.start();
        await stage.declare({ selector: { generatorRef: { kind: 'Fake', name: 'seed' } } });
        await stage.untilFailed(/^set secret failed: could not write remote ref path/);
        await stage.until(() => expect(stage.takenBack).toContain('lease'));
      });
    });
  });
}
