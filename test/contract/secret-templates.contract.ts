import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { configMapType, externalSecretType, secretType } from '../../src/kube/resource-types.ts';
import { dataHash, textHash } from '../../src/secret/object-hash.ts';
import { resourceVersionOf } from '../../src/secret/resource-version.ts';
import { type Stage, setStage, type World } from '../support/secret-stage.ts';
import { secretData } from '../support/secret-world.ts';

const held = { account: '{"user":"seed","password":"hunter2"}', 'prod/db': 'hunter2' };

/** An ExternalSecret that reads `user` and `password`, with a template. */
function templated(stage: Stage, template: object, spec: object = {}, metadata: Readonly<Record<string, unknown>> = {}): Promise<KubeObject> {
  const data = ['user', 'password'].map((property) => ({ secretKey: property, remoteRef: { key: 'account', property } }));
  return stage.declare('database', { target: { template }, data, ...spec }, metadata);
}

function configMap(stage: Stage, name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: stage.namespace, name }, data };
}

function secret(stage: Stage, name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: stage.namespace, name }, data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])) };
}

const from = (kind: 'configMap' | 'secret', name: string, key: string, templateAs = 'Values', more: object = {}): object => ({ [kind]: { name, items: [{ key, templateAs }] }, ...more });

/** How templates become Secrets, whatever the cluster is made of. */
export function describeSecretTemplates(name: string, open: () => Promise<World>): void {
  describe(`templates ${name}`, () => {
    const stage = setStage('templates', open);
    const reads = (): number => stage.running.script.calls.length;
    const secretWrites = (): readonly string[] => stage.recorded.writesIn(stage.namespace).filter((write) => write.endsWith(' secrets'));

    test('keys are what the templates make of the values, at the price of two writes and one request to the renderer', async () => {
      await stage.start({ ...held });
      await templated(stage, { data: { url: 'postgres://{{ .user }}:{{ .password }}@db', plain: 'as it stands' }, metadata: { labels: { role: 'db-{{ .user }}' }, annotations: { 'acme.example/login': '{{ .user }}!' } } });
      await stage.untilSynced('database');

      expect(await secretData(stage.cluster, stage.namespace, 'database')).toEqual({ url: 'postgres://seed:hunter2@db', plain: 'as it stands' });
      const made = await stage.get(secretType, 'database');
      expect(made?.metadata).toMatchObject({
        labels: { role: 'db-seed', 'reconcile.external-secrets.io/managed': 'true' },
        annotations: { 'acme.example/login': 'seed!', 'reconcile.external-secrets.io/data-hash': dataHash(new Map([['url', Buffer.from('postgres://seed:hunter2@db')], ['plain', Buffer.from('as it stands')]])) },
      });
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.includes('secretstores'))).toEqual(['create secrets', 'patchStatus externalsecrets']);
      expect(stage.running.requests).toHaveLength(1);
      expect(stage.running.requests[0]?.tenant).toBe(stage.namespace);
    });

    test('nothing is asked of the renderer where there is nothing to render', async () => {
      await stage.start({ ...held });
      await stage.declare('plain');
      await templated(stage, { type: 'acme.example/db', metadata: { labels: { from: 'template' } } });
      await stage.untilSynced('plain');
      await stage.untilSynced('database');

      expect(await stage.get(secretType, 'database')).toMatchObject({ type: 'acme.example/db', metadata: { labels: { from: 'template' } } });
      expect(await secretData(stage.cluster, stage.namespace, 'database')).toEqual({ user: 'seed', password: 'hunter2' });
      expect(stage.running.requests).toEqual([]);
    });

    test('mergePolicy says whether the values that were read stay', async () => {
      await stage.start({ ...held });
      const template = { data: { password: 'not {{ .password }}' } };
      await templated(stage, { ...template, mergePolicy: 'Merge' });
      await stage.untilData('database', { user: 'seed', password: 'not hunter2' });

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), target: { template } } }));
      await stage.untilData('database', { password: 'not hunter2' });
    });

    test('what comes later wins: in an entry ConfigMap, Secret and literal, then the next entry, then data', async () => {
      await stage.start({ ...held });
      const all = { a: 'cm', b: 'cm', c: 'cm', d: 'cm', e: 'cm {{ .user }}' };
      await stage.create(configMapType, configMap(stage, 'first', { all: Object.entries(all).map(([key, value]) => `${key}: ${value}`).join('\n') }));
      await stage.create(secretType, secret(stage, 'second', { all: 'a: secret\nb: secret\nc: secret {{ .user }}\n' }));
      await templated(stage, {
        templateFrom: [
          { literal: 'a: literal\nb: literal', secret: { name: 'second', items: [{ key: 'all', templateAs: 'KeysAndValues' }] }, configMap: { name: 'first', items: [{ key: 'all', templateAs: 'KeysAndValues' }] } },
          { literal: '{{ "a" }}: next' },
        ],
        data: { d: 'data' },
      });

      await stage.untilData('database', { a: 'next', b: 'literal', c: 'secret seed', d: 'data', e: 'cm seed' });
    });

    test('Values keep their key, and each target takes its own', async () => {
      await stage.start({ ...held });
      await stage.create(configMapType, configMap(stage, 'parts', { conf: 'user={{ .user }}', 'team': '{{ .user | printf "%s-team" }}', notes: 'acme.example/a: {{ .user }}\nacme.example/b: "1"' }));
      await templated(stage, {
        templateFrom: [
          from('configMap', 'parts', 'conf'),
          from('configMap', 'parts', 'team', 'Values', { target: 'labels' }),
          from('configMap', 'parts', 'notes', 'KeysAndValues', { target: 'ANNOTATIONS' }),
          { literal: 'bin: "AP+A"', valuesDecodingStrategy: 'Base64' },
        ],
        metadata: { labels: { team: 'of metadata' }, annotations: {} },
      });
      await stage.untilFailed('database', 'could not apply template: spec.target.template.metadata.labels[team]: the label "team" has a value that must begin and end with a letter or digit, with letters, digits, -, _ and . between');
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: withTemplate(object, ({ metadata: _gone, ...template }) => template) }));
      await stage.untilSynced('database');

      const made = await stage.get(secretType, 'database');
      expect(made?.['data']).toEqual({ conf: Buffer.from('user=seed').toString('base64'), bin: 'AP+A' });
      expect(made?.metadata).toMatchObject({ labels: { team: 'seed-team' }, annotations: { 'acme.example/a': 'seed', 'acme.example/b': '1' } });
    });

    test('binary values stay what they are, byte by byte', async () => {
      const every = Uint8Array.from({ length: 256 }, (_unused, byte) => byte);
      await stage.start({ binary: every });
      await stage.declare('database', { target: { template: { data: { copy: '{{ .raw }}', both: '<{{ .raw }}>' } } }, data: [{ secretKey: 'raw', remoteRef: { key: 'binary' } }] });
      await stage.untilSynced('database');

      expect((await stage.get(secretType, 'database'))?.['data']).toEqual({ copy: Buffer.from(every).toString('base64'), both: Buffer.concat([Buffer.from('<'), every, Buffer.from('>')]).toString('base64') });
    });

    test('a pull secret is made of what the provider holds', async () => {
      await stage.start({ ...held });
      const config = '{"auths":{"registry.example":{"username":{{ printf "%q" .user }},"password":{{ printf "%q" .password }}}}}';
      await templated(stage, { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': config } });
      await stage.untilSynced('database');

      expect(await stage.get(secretType, 'database')).toMatchObject({ type: 'kubernetes.io/dockerconfigjson' });
      expect(await secretData(stage.cluster, stage.namespace, 'database')).toEqual({ '.dockerconfigjson': '{"auths":{"registry.example":{"username":"seed","password":"hunter2"}}}' });
    });

    test.each(['configMap', 'secret'] as const)('a template in a %s is awaited, and rendered anew at once when it changes', async (kind) => {
      const type = kind === 'secret' ? secretType : configMapType;
      const make = kind === 'secret' ? secret : configMap;
      const what = kind === 'secret' ? 'Secret "source"' : 'ConfigMap "source"';
      await stage.start({ ...held });
      await templated(stage, { templateFrom: [from(kind, 'source', 'conf')] });
      await stage.untilFailed('database', `could not apply template: ${what} does not exist`);
      expect(reads()).toBe(0);

      await stage.create(type, make(stage, 'source', { other: 'x' }));
      await stage.untilFailed('database', `could not apply template: ${what} has no key "conf"`);
      const write = (text: string) => stage.edit(type, 'source', (object) => ({ ...object, data: make(stage, 'source', { conf: text })['data'] }));
      await write('one {{ .user }}');
      await stage.untilData('database', { conf: 'one seed' });
      await stage.untilSynced('database');
      await write('two {{ .user }}');
      await stage.untilData('database', { conf: 'two seed' });

      await stage.remove(type, 'source');
      await stage.untilFailed('database', `could not apply template: ${what} does not exist`);
      expect(await secretData(stage.cluster, stage.namespace, 'database')).toEqual({ conf: 'two seed' });
    });

    test('a source whose templates stay the same costs no read of the provider', async () => {
      await stage.start({ ...held });
      await stage.create(configMapType, configMap(stage, 'source', { conf: '{{ .user }}', other: 'x' }));
      await templated(stage, { templateFrom: [from('configMap', 'source', 'conf')] });
      await stage.untilSynced('database');
      const before = { reads: reads(), requests: stage.running.requests.length, writes: stage.recorded.writesIn(stage.namespace).length };

      await stage.edit(configMapType, 'source', (object) => ({ ...object, metadata: { ...object.metadata, labels: { changed: 'yes' } }, data: { conf: '{{ .user }}', other: 'y' } }));
      await stage.until(() => expect(stage.recorded.calls.filter(({ verb, key }) => verb === 'get' && key === `${stage.namespace}/source`)).toHaveLength(2));
      await stage.pause(200);

      expect({ reads: reads(), requests: stage.running.requests.length, writes: stage.recorded.writesIn(stage.namespace).length }).toEqual(before);
    });

    test('a restart reads nothing and writes nothing; what a source became meanwhile is rendered', async () => {
      await stage.start({ ...held });
      await stage.create(configMapType, configMap(stage, 'source', { conf: 'one {{ .user }}' }));
      await templated(stage, { templateFrom: [from('configMap', 'source', 'conf')] });
      await stage.untilSynced('database');
      await stage.stop();
      await stage.start({ ...held });
      await stage.pause(500);
      expect(reads()).toBe(0);
      expect(stage.recorded.writesIn(stage.namespace)).toEqual([]);
      expect(stage.recorded.calls.filter(({ verb, key }) => verb.startsWith('get') && key.startsWith(`${stage.namespace}/`))).toEqual([]);

      await stage.edit(configMapType, 'source', (object) => ({ ...object, data: { conf: 'two {{ .user }}' } }));
      await stage.untilData('database', { conf: 'two seed' });
      await stage.untilSynced('database');
      await stage.stop();
      // times are kept to the second
      await stage.pause(1_100);
      await stage.edit(configMapType, 'source', (object) => ({ ...object, data: { conf: 'three {{ .user }}' } }));
      await stage.start({ ...held });
      await stage.untilData('database', { conf: 'three seed' });
    });

    test('a template that is wrong is one condition with its position, and the Secret stays as it is', async () => {
      await stage.start({ ...held });
      await templated(stage, { data: { conf: '{{ .user }}' } });
      await stage.untilSynced('database');
      const live = await stage.get(secretType, 'database');

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: withTemplate(object, () => ({ data: { conf: 'a\nb {{ .nobody }}' } })) }));
      await stage.untilFailed('database', /^could not apply template: spec\.target\.template\.data\[conf\]: template: conf:2:\d+: executing "conf" at <\.nobody>: map has no entry for key "nobody"$/);
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: withTemplate(object, () => ({ data: { conf: '{{ if .user }}' } })) }));
      await stage.untilFailed('database', /^could not apply template: spec\.target\.template\.data\[conf\]: template: conf:1: unexpected EOF$/);
      const before = reads();
      await stage.pause(400);

      expect(reads()).toBe(before);
      expect((await stage.get(secretType, 'database'))?.metadata.resourceVersion).toBe(live?.metadata.resourceVersion);
      expect(JSON.stringify(await stage.status('database'))).not.toContain('hunter2');
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: withTemplate(object, () => ({ data: { conf: '{{ .password }}' } })) }));
      await stage.untilData('database', { conf: 'hunter2' });
    });

    test('a template that does not fit its data is tried again with the next', async () => {
      await stage.start({ ...held, account: '{"user":"seed"}' });
      await stage.declare('database', { refreshInterval: '300ms', target: { template: { data: { conf: '{{ .password }}' } } }, data: [], dataFrom: [{ extract: { key: 'account' } }] });
      await stage.untilFailed('database', /map has no entry for key "password"$/);

      stage.running.remote['account'] = '{"password":"new"}';

      await stage.untilData('database', { conf: 'new' });
    });

    test.each([
      ['a template', { target: { template: { data: { conf: '{{ if .user }}' } } } }],
      ['a template that renames keys', { data: [], dataFrom: [{ extract: { key: 'account' }, rewrite: [{ transform: { template: '{{ if .value }}' } }] }] }],
    ])('%s that cannot be parsed is tried again when it changes, and no refresh reads the provider for it', async (_what, spec) => {
      await stage.start({ ...held });
      await stage.declare('database', { refreshInterval: '100ms', ...spec });
      await stage.untilFailed('database', /unexpected EOF$/);
      // what the write of the status leads to
      await stage.pause(100);
      const before = reads();
      await stage.pause(500);

      expect(reads()).toBe(before);
      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: { ...(object['spec'] as object), dataFrom: [], data: [{ secretKey: 'user', remoteRef: { key: 'prod/db' } }], target: { template: { data: { conf: '{{ .user }}' } } } } }));
      await stage.untilData('database', { conf: 'hunter2' });
    });

    test('what a template in a Secret says is in no condition', async () => {
      await stage.start({ ...held });
      await stage.create(secretType, secret(stage, 'source', { conf: 'token {{ .s3cret_t0ken }}' }));
      await templated(stage, { templateFrom: [from('secret', 'source', 'conf')] });

      await stage.untilFailed('database', /^could not apply template: Secret "source" key "conf": /);

      expect(JSON.stringify([await stage.status('database'), stage.running.events])).not.toContain('s3cret_t0ken');
    });

    test('labels and annotations follow the values, and those that are gone from the template are taken away', async () => {
      await stage.start({ ...held });
      await templated(stage, { metadata: { labels: { role: '{{ .user }}' }, annotations: { note: '{{ .user }}', 'argocd.argoproj.io/tracking-id': 'x' } }, templateFrom: [{ literal: 'extra: "1"', target: 'Labels' }], mergePolicy: 'Merge' }, { refreshInterval: '300ms' });
      await stage.untilSynced('database');
      await stage.edit(secretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, theirs: 'kept' } } }));
      stage.running.remote['account'] = '{"user":"root","password":"hunter2"}';
      await stage.until(async () => expect((await stage.get(secretType, 'database'))?.metadata).toMatchObject({ labels: { role: 'root', extra: '1', theirs: 'kept' }, annotations: { note: 'root' } }));

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, spec: withTemplate(object, () => ({ metadata: { labels: { other: 'x' } } })) }));

      await stage.until(async () => {
        const metadata = (await stage.get(secretType, 'database'))?.metadata;
        expect(metadata?.labels).toMatchObject({ other: 'x', theirs: 'kept' });
        expect(Object.keys({ ...metadata?.labels, ...metadata?.annotations })).not.toEqual(expect.arrayContaining(['role']));
        expect(metadata?.annotations).not.toHaveProperty('note');
        expect(metadata?.labels).not.toHaveProperty('extra');
      });
    });

    test('a template with randomness is rendered once per refresh, and never because of what it wrote itself', async () => {
      await stage.start({ ...held });
      await templated(stage, { data: { id: '{{ uuidv4 }}' } });
      await stage.untilSynced('database');
      const first = await secretData(stage.cluster, stage.namespace, 'database');
      await stage.pause(500);
      expect(await secretData(stage.cluster, stage.namespace, 'database')).toEqual(first);
      expect(secretWrites()).toEqual(['create secrets']);
      await stage.stop();
      await stage.start({ ...held });
      await stage.pause(300);
      expect(secretWrites()).toEqual([]);

      await stage.edit(externalSecretType, 'database', (object) => ({ ...object, metadata: { ...object.metadata, annotations: { 'external-secrets.io/force-sync': '1' } } }));
      await stage.until(async () => expect(await secretData(stage.cluster, stage.namespace, 'database')).not.toEqual(first));
      await stage.pause(300);
      expect(secretWrites()).toEqual(['update secrets']);
    });

    test('two Secrets that hold templates of one another come to an end, and it is said', async () => {
      await stage.start({ ...held });
      const own = { data: { text: '{{ uuidv4 }}' } };
      await stage.declare('one', { target: { template: own } });
      await stage.declare('two', { target: { template: { ...own, templateFrom: [{ secret: { name: 'one', items: [{ key: 'text' }] } }] } } });
      await stage.untilSynced('two');
      await stage.edit(externalSecretType, 'one', (object) => ({ ...object, spec: withTemplate(object, () => ({ ...own, templateFrom: [from('secret', 'two', 'text')] })) }));

      const told = /^what templateFrom names changes again and again: it was rendered 20 times within a minute, and is tried again after a pause$/;
      await stage.until(async () => {
        const messages = await Promise.all(['one', 'two'].map(async (name) => (await stage.status(name)).conditions[0]?.message ?? ''));
        expect(messages.some((message) => told.test(message))).toBe(true);
      });
      const writes = secretWrites().length;
      expect(writes).toBeLessThan(50);
      await stage.pause(300);
      expect(secretWrites()).toHaveLength(writes);
    }, 20_000);

    test('what External Secrets has rendered is taken over without a read and without a write', async () => {
      await stage.create(configMapType, configMap(stage, 'source', { conf: '{{ .user }} {{ uuidv4 }}' }));
      const { metadata } = await templated(stage, { templateFrom: [from('configMap', 'source', 'conf')], metadata: { labels: { role: '{{ .user }}' } } });
      const data = new Map([['conf', Buffer.from('seed of theirs')]]);
      await stage.create(secretType, {
        ...secret(stage, 'database', { conf: 'seed of theirs' }),
        metadata: {
          namespace: stage.namespace,
          name: 'database',
          labels: { role: 'seed', 'reconcile.external-secrets.io/managed': 'true', 'reconcile.external-secrets.io/created-by': textHash(`${stage.namespace}/database`) },
          annotations: { 'reconcile.external-secrets.io/data-hash': dataHash(data) },
          ownerReferences: [{ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'database', uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true }],
        },
      });
      const now = `${new Date().toISOString().slice(0, 19)}Z`;
      const condition = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: now };
      const status = { refreshTime: now, syncedResourceVersion: resourceVersionOf(metadata), binding: { name: 'database' }, conditions: [condition] };
      await stage.cluster.patchStatus(externalSecretType, { namespace: stage.namespace, name: 'database' }, status, { fieldManager: 'external-secrets' }, new AbortController().signal);

      await stage.start({ ...held });
      await stage.pause(500);

      expect(reads()).toBe(0);
      expect(stage.recorded.writesIn(stage.namespace).filter((write) => !write.includes('secretstores'))).toEqual([]);
      await stage.edit(configMapType, 'source', (object) => ({ ...object, data: { conf: 'ours {{ .user }}' } }));
      await stage.untilData('database', { conf: 'ours seed' });
    });

    test('keys of an extracted object are rewritten by patterns and by templates, in one request for each step', async () => {
      await stage.start({ object: '{"db/user name":"seed","db/password":"hunter2"}' });
      const rewrite = [{ regexp: { source: '^db/(.*)$', target: 'x_${1}' } }, { transform: { template: '{{ .value | printf "%s.conf" }}' } }, { regexp: { source: ' ', target: '-' } }];
      await stage.declare('database', { data: [], dataFrom: [{ extract: { key: 'object' }, rewrite }] });
      await stage.untilData('database', { 'x_user-name.conf': 'seed', 'x_password.conf': 'hunter2' });
      expect(stage.running.requests.map(({ jobs }) => jobs.length)).toEqual([2, 2, 2]);

      await stage.declare('same', { data: [], dataFrom: [{ extract: { key: 'object' }, rewrite: [{ regexp: { source: '.*', target: 'x' } }] }] });
      await stage.untilFailed('same', /: spec\.dataFrom\[0\]: rewrite\[0\]\.regexp makes "x" of two keys; each needs a name of its own$/);
      await stage.declare('invalid', { data: [], dataFrom: [{ extract: { key: 'object' }, rewrite: [{ regexp: { source: 'x', target: 'y' } }] }] });
      await stage.untilFailed('invalid', /the key "db\/(user name|password)" of "object" has characters other than letters, digits, -, _ and \.$/);
      await stage.declare('broken', { data: [], dataFrom: [{ extract: { key: 'object' }, rewrite: [{ transform: { template: '{{ .key }}' } }] }] });
      await stage.untilFailed('broken', /: spec\.dataFrom\[0\]: rewrite\[0\]\.transform: template: transform:1:/);
    });
  });
}

function withTemplate(object: KubeObject, change: (template: Readonly<Record<string, unknown>>) => object): object {
  const spec = object['spec'] as { readonly target: { readonly template: Readonly<Record<string, unknown>> } };
  return { ...spec, target: { template: change(spec.target.template) } };
}
