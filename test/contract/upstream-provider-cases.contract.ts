import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { configMapType, externalSecretType, secretStoreType, secretType } from '../../src/kube/resource-types.ts';
import { decoded, pullConfig, sshKey } from '../support/provider-values.ts';
import { type Stage, setStage, type World } from '../support/secret-stage.ts';

type Texts = Readonly<Record<string, string>>;
type Fields = Readonly<Record<string, unknown>>;

interface Case {
  readonly says: string;
  /** What the store holds. */
  readonly held: Texts;
  readonly spec: Fields;
  /** ConfigMaps that are there, each with its data. */
  readonly configMaps?: Readonly<Record<string, Texts>>;
  /** The Secret that comes of it. */
  readonly name?: string;
  readonly type?: string;
  readonly metadata?: Fields;
  readonly data: Texts;
}

const person = JSON.stringify({ name: { first: 'Tom', last: 'Anderson' }, friends: [{ first: 'Dale', last: 'Murphy' }, { first: 'Roger', last: 'Craig' }] });
const database = JSON.stringify({ host: 'db.example', port: 5432, login: { user: 'seed', password: 'hunter2' } });

const one = (secretKey: string, key: string, more: Fields = {}): Fields => ({ secretKey, remoteRef: { key, ...more } });
const extract = (key: string, more: Fields = {}, rest: Fields = {}): Fields => ({ extract: { key, ...more }, ...rest });

/** What External Secrets asks of every provider, as far as one ExternalSecret and one Secret show it. */
const cases: readonly Case[] = [
  { says: 'two values under two keys', held: { a: 'one', b: 'two' }, spec: { data: [one('first', 'a'), one('second', 'b')] }, type: 'Opaque', data: { first: 'one', second: 'two' } },
  { says: 'values without a target name', held: { a: 'one' }, spec: { data: [one('first', 'a')] }, name: 'database', data: { first: 'one' } },
  { says: 'members of JSON without a target name', held: { a: database }, spec: { target: { creationPolicy: 'Owner' }, data: [one('host', 'a', { property: 'host' })] }, name: 'database', data: { host: 'db.example' } },
  { says: 'a member of JSON under a target name', held: { a: database }, spec: { target: { name: 'chosen' }, data: [one('host', 'a', { property: 'host' }), one('all', 'a')] }, name: 'chosen', data: { host: 'db.example', all: database } },
  {
    says: 'members of JSON through a template with metadata and a type',
    held: { a: database },
    spec: {
      target: { template: { type: 'acme.example/db', metadata: { labels: { role: 'db' }, annotations: { 'acme.example/of': '{{ .host }}' }, finalizers: ['acme.example/keep'] }, data: { url: 'postgres://{{ .host }}' } } },
      data: [one('host', 'a', { property: 'host' })],
    },
    type: 'acme.example/db',
    metadata: { labels: { role: 'db' }, annotations: { 'acme.example/of': 'db.example' }, finalizers: ['acme.example/keep'] },
    data: { url: 'postgres://db.example' },
  },
  {
    says: 'a literal template that makes keys and values',
    held: { a: database },
    spec: { target: { template: { templateFrom: [{ literal: '{{ printf "key_of_%s" .user }}: "{{ .user }}@{{ .host }}"' }] } }, data: [one('host', 'a', { property: 'host' }), one('user', 'a', { property: 'login.user' })] },
    data: { key_of_seed: 'seed@db.example' },
  },
  {
    says: 'templates in ConfigMaps, for a value and for keys and values',
    held: { a: database },
    configMaps: { values: { url: 'x://{{ .host }}' }, pairs: { pairs: '{{ .host }}: {{ .host | upper }}\nplain: p' } },
    spec: {
      target: { template: { templateFrom: [{ configMap: { name: 'values', items: [{ key: 'url', templateAs: 'Values' }] } }, { configMap: { name: 'pairs', items: [{ key: 'pairs', templateAs: 'KeysAndValues' }] } }] } },
      data: [one('host', 'a', { property: 'host' })],
    },
    data: { url: 'x://db.example', 'db.example': 'DB.EXAMPLE', plain: 'p' },
  },
  { says: 'all members of an object', held: { a: database }, spec: { dataFrom: [extract('a')] }, data: { host: 'db.example', port: '5432', login: '{"user":"seed","password":"hunter2"}' } },
  { says: 'all members of an object within an object', held: { a: database }, spec: { dataFrom: [extract('a', { property: 'login' })] }, data: { user: 'seed', password: 'hunter2' } },
  {
    says: 'all members, with a prefix put before their keys',
    held: { a: '{"username":"seed","address":"x"}' },
    spec: { dataFrom: [extract('a', {}, { rewrite: [{ regexp: { source: '(.*)', target: 'db_$1' } }] }), extract('a')] },
    data: { db_username: 'seed', db_address: 'x', username: 'seed', address: 'x' },
  },
  { says: 'paths into nested JSON', held: { a: person }, spec: { data: [one('first', 'a', { property: 'name.first' }), one('friend', 'a', { property: 'friends.1.first' }), one('last', 'a', { property: 'friends.#(first="Dale").last' })] }, data: { first: 'Tom', friend: 'Roger', last: 'Murphy' } },
  {
    says: 'a pull secret, whole',
    held: { a: pullConfig },
    spec: { target: { template: { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': '{{ .config | toString }}' } } }, data: [one('config', 'a')] },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': pullConfig },
  },
  {
    says: 'a pull secret, as a member',
    held: { a: JSON.stringify({ config: pullConfig }) },
    spec: { target: { template: { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': '{{ .config }}' } } }, data: [one('config', 'a', { property: 'config' })] },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': pullConfig },
  },
  {
    says: 'an SSH key, whole, to its last line break',
    held: { a: sshKey },
    spec: { target: { template: { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '{{ .key }}' } } }, data: [one('key', 'a')] },
    type: 'kubernetes.io/ssh-auth',
    data: { 'ssh-privatekey': sshKey },
  },
  {
    says: 'an SSH key, as a member, to its last line break',
    held: { a: JSON.stringify({ key: sshKey }) },
    spec: { target: { template: { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': '{{ .key }}' } } }, data: [one('key', 'a', { property: 'key' })] },
    type: 'kubernetes.io/ssh-auth',
    data: { 'ssh-privatekey': sshKey },
  },
  {
    says: 'values decoded by each strategy',
    held: { b64: decoded.base64, url: decoded.base64url, none: 'aGk=', all: JSON.stringify({ of_b64: decoded.base64, of_url: decoded.base64url }) },
    spec: {
      data: [one('auto', 'b64', { decodingStrategy: 'Auto' }), one('b64', 'b64', { decodingStrategy: 'Base64' }), one('url', 'url', { decodingStrategy: 'Base64URL' }), one('none', 'none', { decodingStrategy: 'None' })],
      dataFrom: [extract('all', { decodingStrategy: 'Auto' })],
    },
    data: { auto: decoded.text, b64: decoded.text, url: decoded.text, none: 'aGk=', of_b64: decoded.text, of_url: decoded.text },
  },
  { says: 'what is found by name', held: { 'net-a': '1', 'net-b': '2', other: '3' }, spec: { dataFrom: [{ find: { name: { regexp: '^net-(a|b)$' } } }] }, data: { 'net-a': '1', 'net-b': '2' } },
  { says: 'what is found by name, under other names', held: { 'net-a': '1', 'net-b': '2', other: '3' }, spec: { dataFrom: [{ find: { name: { regexp: '^net-' } }, rewrite: [{ regexp: { source: '^net-(.*)$', target: '$1-key' } }] }] }, data: { 'a-key': '1', 'b-key': '2' } },
  { says: 'what is found by name below a path', held: { 'main/a': '1', 'dev/a': '2' }, spec: { dataFrom: [{ find: { path: 'main/', name: { regexp: 'a$' } } }] }, data: { main_a: '1' } },
  { says: 'a value in the version that is asked for', held: { 'a@v1': 'old', 'a@v2': 'new' }, spec: { data: [one('old', 'a', { version: 'v1' }), one('new', 'a', { version: 'v2' })] }, data: { old: 'old', new: 'new' } },
];

/** The values as entries of a store, `key@version` with its version. */
function entriesOf(held: Texts): readonly Fields[] {
  return Object.entries(held).map(([name, value]) => {
    const [key, version] = name.split('@');
    return { key, value, ...(version === undefined ? {} : { version }) };
  });
}

function textsOf(secret: KubeObject | undefined): Texts {
  return Object.fromEntries(Object.entries(Object(secret?.['data'])).map(([key, value]) => [key, Buffer.from(String(value), 'base64').toString('utf8')]));
}

/** Puts values into the store of the test, as somebody does who edits a provider. */
function hold(stage: Stage, held: Texts): Promise<void> {
  return stage.edit(secretStoreType, 'vault', (store) => ({ ...store, spec: { provider: { fake: { data: entriesOf(held) } } } }));
}

/** External Secrets' common cases of providers, with a store whose values stand in it and are edited in place. */
export function describeProviderCases(name: string, open: () => Promise<World>): void {
  describe(`common provider cases ${name}`, () => {
    const stage = setStage('provider-cases', open);

    test.each(cases)('$says', async ({ held, configMaps = {}, spec, name: target = 'database', type, metadata = {}, data }) => {
      await hold(stage, held);
      for (const [map, texts] of Object.entries(configMaps)) await stage.create(configMapType, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name: map }, data: texts });
      await stage.start();
      await stage.declare('database', { data: [], ...spec });

      await stage.untilSynced('database');
      const secret = await stage.get(secretType, target);
      expect(textsOf(secret)).toEqual(data);
      expect(secret).toMatchObject({ ...(type === undefined ? {} : { type }), metadata });
    });

    test('tags are refused where values have none, by name', async () => {
      await hold(stage, { a: '1' });
      await stage.start();
      await stage.declare('database', { data: [], dataFrom: [{ find: { tags: { team: 'a' } } }] });

      await stage.untilFailed('database', /\(unsupported\): find\.tags: the values of a fake store have no tags$/);
    });

    test('a value that is edited in the store is in the Secret at once', async () => {
      await hold(stage, { 'prod/db': 'hunter2' });
      await stage.start();
      await stage.declare('database', { refreshInterval: '1h' });
      await stage.untilData('database', { password: 'hunter2' });

      await hold(stage, { 'prod/db': 'rotated' });
      await stage.untilData('database', { password: 'rotated' });
    });

    test('deletionPolicy Delete: with the last value goes the Secret, and nothing is wrong', async () => {
      await hold(stage, { a: '1', b: '2' });
      await stage.start();
      await stage.declare('database', { refreshInterval: '500ms', target: { deletionPolicy: 'Delete' }, data: [one('first', 'a'), one('second', 'b')] });
      await stage.untilData('database', { first: '1', second: '2' });

      await hold(stage, {});
      await stage.untilData('database', undefined);
      await stage.until(async () => expect((await stage.status('database')).conditions).toMatchObject([{ type: 'Ready', status: 'True', reason: 'SecretDeleted' }]));
    });

    test('a sync leads to no other: with an interval of an hour nothing of the object changes', async () => {
      await hold(stage, { 'prod/db': 'hunter2' });
      await stage.start();
      await stage.declare('database', { refreshInterval: '1h' });
      await stage.untilSynced('database');
      const before = await stage.get(externalSecretType, 'database');

      await stage.pause(1_500);
      expect(await stage.get(externalSecretType, 'database')).toEqual(before);
    });
  });
}
