import { describe, expect, test } from 'vitest';
import { generatorsApiVersion } from '../../src/api/source-reference.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { clusterGeneratorType, clusterSecretStoreType, externalSecretType, namespaceType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { dataHash } from '../../src/secret/object-hash.ts';
import { setStage, type World } from '../support/secret-stage.ts';
import { storeObject } from '../support/secret-world.ts';

type Fields = Readonly<Record<string, unknown>>;

const hashOf = 'reconcile.external-secrets.io/data-hash';
const managed = { 'reconcile.external-secrets.io/managed': 'true' };

interface Admission {
  readonly says: string;
  readonly admitted: boolean;
  /** `{namespace}` stands for the namespace of the ExternalSecret, which bears `team: seeds` and `tier: one`. */
  readonly conditions?: readonly Fields[];
}

/** Whom a ClusterSecretStore admits. */
const admissions: readonly Admission[] = [
  { says: 'no conditions', admitted: true },
  { says: 'the name of another namespace', admitted: false, conditions: [{ namespaces: ['elsewhere'] }] },
  { says: 'the names of other namespaces', admitted: false, conditions: [{ namespaces: ['elsewhere', 'nowhere'] }] },
  { says: 'the names of other namespaces in several conditions', admitted: false, conditions: [{ namespaces: ['elsewhere'] }, { namespaces: ['nowhere'] }] },
  { says: 'its name in one of several conditions', admitted: true, conditions: [{ namespaces: ['elsewhere'] }, { namespaces: ['{namespace}'] }] },
  { says: 'its name among others', admitted: true, conditions: [{ namespaces: ['elsewhere', '{namespace}', 'nowhere'] }] },
  { says: 'a label that it lacks', admitted: false, conditions: [{ namespaceSelector: { matchLabels: { team: 'web' } } }] },
  { says: 'a label that it bears', admitted: true, conditions: [{ namespaceSelector: { matchLabels: { team: 'seeds' } } }] },
  { says: 'two labels of which it bears one', admitted: false, conditions: [{ namespaceSelector: { matchLabels: { team: 'seeds', tier: 'two' } } }] },
  { says: 'a label that it bears in one of several conditions', admitted: true, conditions: [{ namespaceSelector: { matchLabels: { team: 'web' } } }, { namespaceSelector: { matchLabels: { tier: 'one' } } }] },
  { says: 'several conditions that it meets', admitted: true, conditions: [{ namespaceSelector: { matchLabels: { team: 'seeds' } } }, { namespaces: ['{namespace}'] }] },
  { says: 'conditions of both sorts that it does not meet', admitted: false, conditions: [{ namespaceSelector: { matchLabels: { team: 'web' } } }, { namespaces: ['elsewhere'] }] },
  { says: 'a pattern that its name matches', admitted: true, conditions: [{ namespaceRegexes: ['^upstream-[0-9]+$'] }] },
];

/** What a NUL byte comes to, wherever it is read. */
const nulls: readonly { readonly says: string; readonly spec: Fields }[] = [
  { says: 'a single value', spec: { data: [{ secretKey: 'k', remoteRef: { key: 'raw', nullBytePolicy: 'Fail' } }] } },
  { says: 'a member of an extracted object', spec: { data: [], dataFrom: [{ extract: { key: 'object', nullBytePolicy: 'Fail' } }] } },
  { says: 'a value that is found', spec: { data: [], dataFrom: [{ find: { name: { regexp: '^raw$' }, nullBytePolicy: 'Fail' } }] } },
];

/** Behaviours that External Secrets' own controller tests ask for and no other contract of ours shows. */
export function describeUpstreamCases(name: string, open: () => Promise<World>): void {
  describe(`External Secrets' controller cases ${name}`, () => {
    const stage = setStage('upstream', open);
    const secret = (): Promise<KubeObject | undefined> => stage.get(secretType, 'database');
    const editSpec = (change: Fields): Promise<void> => stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), ...change } }));

    test('a hash that does not fit the data is put right', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');
      await stage.edit(secretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { [hashOf]: 'tampered' } } }));

      const right = dataHash(new Map([['password', Buffer.from('hunter2')]]));
      await stage.until(async () => expect((await secret())?.metadata.annotations).toMatchObject({ [hashOf]: right }));
    });

    test.each([64, 253])('a target name may have %d characters', async (length) => {
      const target = 'a'.repeat(length);
      await stage.start();
      await stage.declare('database', { target: { name: target } });

      await stage.untilData(target, { password: 'hunter2' });
    });

    test('no Secret is offered to bind to before there is one', async () => {
      await stage.start({});
      await stage.declare('database');
      await stage.untilFailed('database', /the provider has no "prod\/db"$/);
      expect(await stage.status('database')).not.toHaveProperty('binding');

      stage.running.remote['prod/db'] = 'hunter2';
      await editSpec({ refreshInterval: '2h' });
      await stage.until(async () => expect((await stage.status('database')).binding).toEqual({ name: 'database' }));
    });

    test.each(['database', 'a-name-between-the-two-limits-of-field-managers'])('labels and annotations of %s are copied, leave those of others alone, and go with it', async (named) => {
      await stage.start();
      await stage.declare(named, {}, { labels: { app: 'archive', gone: 'soon' }, annotations: { 'acme.example/a': '1', 'acme.example/gone': 'soon' } });
      await stage.untilSynced(named);
      await stage.edit(secretType, named, (object) => ({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, theirs: 'kept' }, annotations: { ...object.metadata.annotations, 'acme.example/theirs': 'kept' } } }));

      await stage.edit(externalSecretType, named, (object) => ({ ...object, metadata: { ...object.metadata, labels: { app: 'other' }, annotations: { 'acme.example/a': '2' } } }));
      await stage.until(async () => expect((await stage.get(secretType, named))?.metadata).toMatchObject({ labels: { app: 'other', theirs: 'kept', ...managed }, annotations: { 'acme.example/a': '2', 'acme.example/theirs': 'kept' } }));
      const metadata = (await stage.get(secretType, named))?.metadata;
      expect(metadata?.labels).not.toHaveProperty('gone');
      expect(metadata?.annotations).not.toHaveProperty(['acme.example/gone']);
    });

    test('syncs, failures and their state can be scraped', async () => {
      await stage.start();
      await stage.declare('database');
      await stage.declare('broken', { data: [{ secretKey: 'k', remoteRef: { key: 'nowhere' } }] });
      await stage.untilSynced('database');
      await stage.untilFailed('broken', /the provider has no "nowhere"$/);

      const metrics = await stage.running.metrics();
      expect(metrics).toMatch(/^prelude_reconcile_total\{controller="externalsecret",outcome="[a-z-]+"\} [1-9]/m);
      expect(metrics).toMatch(/^prelude_provider_calls_total\{provider="scripted",outcome="[a-z-]+"\} [1-9]/m);
      expect(metrics).toMatch(/^prelude_objects\{kind="ExternalSecret",state="[a-z-]+"\} 1$/m);
    });

    test('a ClusterGenerator makes values for any namespace', async () => {
      const shared = `gen-${stage.namespace}`;
      await stage.create(clusterGeneratorType, { apiVersion: generatorsApiVersion, kind: 'ClusterGenerator', metadata: { name: shared }, spec: { kind: 'Fake', generator: { fakeSpec: { data: { user: 'seed' } } } } });
      await stage.start();
      await stage.declare('database', { data: [], dataFrom: [{ sourceRef: { generatorRef: { apiVersion: generatorsApiVersion, kind: 'ClusterGenerator', name: shared } } }] });

      await stage.untilData('database', { user: 'seed', run: '1' });
    });

    test.each(nulls)('nullBytePolicy Fail refuses $says', async ({ spec }) => {
      await stage.start({ raw: new Uint8Array([97, 0]), object: String.raw`{"k":"a\u0000"}` });
      await stage.declare('database', spec);

      await stage.untilFailed('database', /holds a NUL byte, which nullBytePolicy forbids$/);
    });

    test.each([
      ['a value', { data: [{ secretKey: 'user', remoteRef: { key: 'account', property: 'user' } }] }, { user: 'seed' }, { user: 'root' }],
      ['a map', { data: [], dataFrom: [{ extract: { key: 'account' } }] }, { user: 'seed', port: '1' }, { user: 'root', more: 'm' }],
      ['a map through a template', { data: [], dataFrom: [{ extract: { key: 'account' } }], target: { template: { data: { login: 'x-{{ .user }}' } } } }, { login: 'x-seed' }, { login: 'x-root' }],
    ])('%s follows the provider', async (_what, spec, before, after) => {
      await stage.start({ account: '{"user":"seed","port":1}' });
      await stage.declare('database', { refreshInterval: '500ms', ...spec });
      await stage.untilData('database', before);

      stage.running.remote['account'] = '{"user":"root","more":"m"}';
      await stage.untilData('database', after);
    });

    test.each([
      ['extracted', { extract: { key: 'object' } }],
      ['found', { find: { name: { regexp: 'net/' } } }],
    ])('keys that are %s and rewritten are not converted as well', async (_how, source) => {
      await stage.start({ 'object': '{"net/a":"1"}', 'net/a': '1' });
      await stage.declare('database', { data: [], dataFrom: [{ ...source, rewrite: [{ regexp: { source: 'x', target: 'y' } }] }] });
      await stage.untilFailed('database', /the key "net\/a" of ("object"|what was found) has characters other than letters, digits, -, _ and \.$/);

      await editSpec({ dataFrom: [source] });
      await stage.untilData('database', { net_a: '1' });
    });

    test('a store whose client cannot be had fails who reads from it', async () => {
      await stage.start();
      stage.running.script.connect = () => Promise.reject(new ProviderError('invalid', 'no such endpoint'));
      await stage.create(secretStoreType, { ...storeObject(stage.namespace, { provider: { scripted: { account: 'broken' } } }), metadata: { namespace: stage.namespace, name: 'broken' } });
      await stage.declare('database', { secretStoreRef: { name: 'broken' } });

      await stage.untilFailed('database', 'SecretStore "broken" is not ready: unable to validate store (invalid): no such endpoint');
    });

    test.each(admissions)('a cluster store with $says admits the namespace: $admitted', async ({ admitted, conditions }) => {
      const store = `vault-${stage.namespace}`;
      const namespace = await stage.cluster.get(namespaceType, { name: stage.namespace }, AbortSignal.timeout(5_000));
      if (namespace === undefined) throw new Error('there is no namespace');
      await stage.cluster.update(namespaceType, { ...namespace, metadata: { ...namespace.metadata, labels: { ...namespace.metadata.labels, team: 'seeds', tier: 'one' } } }, { fieldManager: 'test' }, AbortSignal.timeout(5_000));
      const meant: unknown = JSON.parse(JSON.stringify(conditions ?? []).replaceAll('{namespace}', stage.namespace));
      await stage.create(clusterSecretStoreType, { ...storeObject(stage.namespace, conditions === undefined ? {} : { conditions: meant }), kind: 'ClusterSecretStore', metadata: { name: store } });
      await stage.start();
      await stage.declare('database', { secretStoreRef: { kind: 'ClusterSecretStore', name: store } });

      if (admitted) await stage.untilData('database', { password: 'hunter2' });
      else await stage.untilFailed('database', `using ClusterSecretStore "${store}" is not allowed from namespace "${stage.namespace}": denied by its spec.conditions`);
      expect((await secret()) !== undefined).toBe(admitted);
    });

    test.each([
      ['its type', { templateFrom: [{ literal: 'kubernetes.io/tls', target: 'type' }] }],
      ['whether it is immutable', { templateFrom: [{ literal: 'true', target: 'immutable' }] }],
      ['its annotations by their path', { templateFrom: [{ literal: 'a: b', target: 'metadata.annotations' }] }],
      ['its owners', { templateFrom: [{ literal: '[]', target: 'metadata.ownerReferences' }] }],
      ['the type of a token of a service account', { type: 'kubernetes.io/service-account-token' }],
      ['the type of a bootstrap token', { type: 'bootstrap.kubernetes.io/token' }],
    ])('a template may not make %s, and the Secret stays as it is', async (_what, template) => {
      await stage.start();
      await stage.declare('database');
      await stage.untilSynced('database');
      const before = await secret();

      await editSpec({ target: { template } });
      await stage.untilFailed('database', /^invalid ExternalSecret: spec\.target\.template\./);
      expect(await secret()).toEqual(before);
    });

    test('a window whose schedule is none is said, and nothing is read', async () => {
      await stage.start();
      await stage.declare('database', { syncWindows: { kind: 'allow', windows: [{ schedule: 'at night', duration: '1h' }] } });

      await stage.untilFailed('database', /^invalid ExternalSecret: spec\.syncWindows\.windows\[0\]\.schedule: must be a schedule in UTC/);
      expect(stage.running.script.calls).toEqual([]);
    });

    test.each(['Orphan', 'CreateOrMerge'])('%s and immutable: made and frozen, made again when deleted, and kept when the ExternalSecret goes', async (creationPolicy) => {
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms', target: { creationPolicy, immutable: true } });
      await stage.untilSynced('database');
      stage.running.remote['prod/db'] = 'rotated';
      await stage.pause(1_200);
      await stage.untilData('database', { password: 'hunter2' });
      expect(await secret()).toHaveProperty('immutable', true);

      await stage.remove(secretType, 'database');
      await stage.untilData('database', { password: 'rotated' });
      await stage.remove(externalSecretType, 'database');
      await stage.pause(500);
      expect(await secret()).toHaveProperty('immutable', true);
    });
  });
}
