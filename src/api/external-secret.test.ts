import { expect, test } from 'vitest';
import { parseExternalSecret, parseExternalSecretStatus } from './external-secret.ts';
import type { KubeObject } from './object.ts';
import { formatErrors } from './schema.ts';

function externalSecret(spec: unknown, more: Readonly<Record<string, unknown>> = {}): KubeObject {
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'database', namespace: 'devnet' }, spec, ...more };
}

function errorsOf(spec: unknown, more: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const parsed = parseExternalSecret(externalSecret(spec, more));
  return parsed.ok ? [] : parsed.errors.map((error) => formatErrors([error]));
}

const store = { name: 'vault' };
const data = [{ secretKey: 'password', remoteRef: { key: 'prod/db' } }];

test('the shortest ExternalSecret is read with upstream defaults', () => {
  const parsed = parseExternalSecret(externalSecret({ secretStoreRef: store, data }));

  expect(parsed).toEqual({
    ok: true,
    value: {
      metadata: { name: 'database', namespace: 'devnet' },
      spec: {
        secretStoreRef: { kind: 'SecretStore', name: 'vault' },
        refreshPolicy: 'Periodic',
        refreshInterval: 3_600_000,
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        immutable: false,
        data: [
          {
            secretKey: 'password',
            remoteRef: { key: 'prod/db', metadataPolicy: 'None', conversionStrategy: 'Default', decodingStrategy: 'None', nullBytePolicy: 'Ignore' },
            store: { kind: 'SecretStore', name: 'vault' },
          },
        ],
        dataFrom: [],
      },
      status: { conditions: [] },
    },
  });
});

test('what the upstream CRD writes into an object as defaults is accepted and says nothing new', () => {
  const remoteRef = { key: 'prod/db', conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None', nullBytePolicy: 'Ignore' };
  const defaulted = {
    refreshInterval: '1h0m0s',
    refreshPolicy: 'Periodic',
    secretStoreRef: { ...store, kind: 'SecretStore' },
    target: { creationPolicy: 'Owner', deletionPolicy: 'Retain', template: { engineVersion: 'v2', mergePolicy: 'Replace', type: 'Opaque' } },
    data: [{ secretKey: 'password', remoteRef }],
  };

  const parsed = parseExternalSecret(externalSecret(defaulted));

  expect(parsed).toMatchObject({ ok: true, value: { spec: { refreshInterval: 3_600_000, template: { type: 'Opaque', labels: {}, annotations: {} } } } });
});

test('v1beta1 is read as v1, other versions and kinds are not', () => {
  const spec = { secretStoreRef: store, data };

  expect(errorsOf(spec, { apiVersion: 'external-secrets.io/v1beta1' })).toEqual([]);
  expect(errorsOf(spec, { apiVersion: 'external-secrets.io/v1alpha1' })).toEqual(['apiVersion: is not a version this Prelude reads; use external-secrets.io/v1']);
  expect(errorsOf(spec, { apiVersion: 'acme.example/v1' })).toEqual(['kind: must be ExternalSecret of external-secrets.io']);
});

test('each entry has the store that it names, or else the one that is named for all', () => {
  const own = { storeRef: { kind: 'ClusterSecretStore', name: 'shared' } };
  const spec = {
    secretStoreRef: store,
    data: [...data, { secretKey: 'other', remoteRef: { key: 'a' }, sourceRef: own }],
    dataFrom: [{ extract: { key: 'a' }, sourceRef: own }, { find: { path: 'prod', name: { regexp: '^a' }, tags: { team: 'net' } } }, { sourceRef: { generatorRef: { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'Password', name: 'db' } } }],
  };

  expect(parseExternalSecret(externalSecret(spec))).toMatchObject({
    ok: true,
    value: {
      spec: {
        data: [{ store: { kind: 'SecretStore', name: 'vault' } }, { store: { kind: 'ClusterSecretStore', name: 'shared' } }],
        dataFrom: [
          { kind: 'extract', extract: { key: 'a' }, store: { kind: 'ClusterSecretStore', name: 'shared' } },
          { kind: 'find', find: { path: 'prod', name: '^a', tags: { team: 'net' } }, store: { kind: 'SecretStore', name: 'vault' } },
          { kind: 'generator', generator: { kind: 'Password', name: 'db' } },
        ],
      },
    },
  });
  expect(errorsOf({ data: [{ ...data[0], sourceRef: own }] })).toEqual([]);
  expect(errorsOf({ dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'db' } } }] })).toEqual([]);
});

test('a merge is read with upstream defaults', () => {
  const parsed = parseExternalSecret(externalSecret({ secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, rewrite: [{ merge: {} }, { merge: { into: 'all', strategy: 'JSON', priority: ['b'], priorityPolicy: 'IgnoreNotFound', conflictPolicy: 'Ignore' } }] }] }));

  expect(parsed.ok && parsed.value.spec.dataFrom[0]?.rewrite).toEqual([
    { kind: 'merge', into: '', priority: [], priorityPolicy: 'Strict', conflictPolicy: 'Error', strategy: 'Extract' },
    { kind: 'merge', into: 'all', priority: ['b'], priorityPolicy: 'IgnoreNotFound', conflictPolicy: 'Ignore', strategy: 'JSON' },
  ]);
});

test.each([
  ['Delete', 'Merge', 'Delete must not be used with creationPolicy Merge'],
  ['Delete', 'None', 'Delete must not be used with creationPolicy None'],
  ['Delete', 'CreateOrMerge', 'Delete must not be used with creationPolicy CreateOrMerge'],
  ['Merge', 'None', 'Merge must not be used with creationPolicy None'],
  ['Delete', 'Owner', undefined],
  ['Delete', 'Orphan', undefined],
  ['Merge', 'Merge', undefined],
  ['Retain', 'None', undefined],
])('the deletion policy %s with the creation policy %s: %s', (deletionPolicy, creationPolicy, message) => {
  expect(errorsOf({ secretStoreRef: store, data, target: { deletionPolicy, creationPolicy } })).toEqual(message === undefined ? [] : [expect.stringContaining(`spec.target.deletionPolicy: ${message}`)]);
});

test.each([
  ['no store', { data }, 'spec.secretStoreRef.name: is required: name the SecretStore or ClusterSecretStore to read from'],
  ['nothing to read', { secretStoreRef: store, data: [] }, 'spec.data: either data or dataFrom must have an entry'],
  ['a key twice', { secretStoreRef: store, data: [...data, ...data] }, 'spec.data[1].secretKey: "password" stands here twice; keep one'],
  ['an empty dataFrom entry', { secretStoreRef: store, dataFrom: [{}] }, 'spec.dataFrom[0]: must have extract, find or sourceRef.generatorRef'],
  ['a store of an entry without a name', { data: [{ ...data[0], sourceRef: { storeRef: {} } }] }, 'spec.data[0].sourceRef: must have storeRef or generatorRef, and only one of them'],
  ['a generator for a single key', { data: [{ ...data[0], sourceRef: { generatorRef: { kind: 'Password', name: 'db' } } }] }, 'spec.data[0].sourceRef.generatorRef: is not for single keys; use dataFrom with sourceRef.generatorRef'],
  ['a generator of another group', { dataFrom: [{ sourceRef: { generatorRef: { apiVersion: 'acme.example/v1', kind: 'Password', name: 'db' } } }] }, 'spec.dataFrom[0].sourceRef.generatorRef.apiVersion: must be one of "generators.external-secrets.io/v1alpha1"'],
  ['an entry that is two things', { secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, find: { name: { regexp: 'a' } } }] }, 'spec.dataFrom[0]: must have only one of extract, find and sourceRef.generatorRef'],
  ['a generator and find', { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'db' } }, find: { name: { regexp: 'a' } } }] }, 'spec.dataFrom[0]: must have only one of extract, find and sourceRef.generatorRef'],
  ['a generator and extract', { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'db' } }, extract: { key: 'a' } }] }, 'spec.dataFrom[0]: must have only one of extract, find and sourceRef.generatorRef'],
  ['an entry without a store', { dataFrom: [{ extract: { key: 'a' } }] }, 'spec.dataFrom[0].sourceRef.storeRef.name: is required: name the SecretStore or ClusterSecretStore to read from'],
  ['a merged object without a key', { secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, rewrite: [{ merge: { strategy: 'JSON' } }] }] }, 'spec.dataFrom[0].rewrite[0].merge.into: is required for the strategy JSON'],
  ['a key that no Secret may have', { secretStoreRef: store, data: [{ secretKey: '..a', remoteRef: { key: 'a' } }] }, 'spec.data[0].secretKey: must not be "." or start with ".."'],
  ['a negative interval', { secretStoreRef: store, data, refreshInterval: '-1s' }, 'spec.refreshInterval: must be a duration like 30s, 15m or 1h30m, and not negative'],
  ['a template of what is no key', { secretStoreRef: store, data, target: { template: { data: { 'a b': '{{ .x }}' } } } }, 'spec.target.template.data[a b]: the key has characters other than letters, digits, -, _ and .'],
  ['another engine', { secretStoreRef: store, data, target: { template: { engineVersion: 'v1' } } }, 'spec.target.template.engineVersion: must be "v2"'],
  ['a template of another field of the Secret', { secretStoreRef: store, data, target: { template: { templateFrom: [{ literal: 'a', target: 'metadata.ownerReferences' }] } } }, 'spec.target.template.templateFrom[0].target: must be Data, Annotations or Labels; other fields of a Secret cannot be templated'],
  ['the type as a target', { secretStoreRef: store, data, target: { template: { templateFrom: [{ literal: 'a', target: 'Type' }] } } }, 'spec.target.template.templateFrom[0].target: must be Data, Annotations or Labels; other fields of a Secret cannot be templated'],
  ['a name from birth as a target', { secretStoreRef: store, data, target: { template: { templateFrom: [{ literal: 'a', target: 'constructor' }] } } }, 'spec.target.template.templateFrom[0].target: must be Data, Annotations or Labels; other fields of a Secret cannot be templated'],
  ['templates in the Secret they are for', { secretStoreRef: store, data, target: { template: { templateFrom: [{ secret: { name: 'database', items: [{ key: 'a' }] } }] } } }, 'spec.target.template.templateFrom[0].secret.name: is the Secret that the template is for; keep the template in another'],
  ["a finalizer of Kubernetes' own", { secretStoreRef: store, data, target: { template: { metadata: { finalizers: ['foregroundDeletion'] } } } }, 'spec.target.template.metadata.finalizers[0]: must be a name with a domain, like acme.example/cleanup'],
  ['a pattern as long as a book', { secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, rewrite: [{ regexp: { source: 'a'.repeat(1_025), target: '' } }] }] }, 'spec.dataFrom[0].rewrite[0].regexp.source: must have at most 1024 characters'],
  ['too many rewrites', { secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, rewrite: Array.from({ length: 33 }, () => ({ transform: { template: '' } })) }] }, 'spec.dataFrom[0].rewrite: must have at most 32 entries'],
  ['two rewrites in one', { secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, rewrite: [{ regexp: { source: 'a', target: 'b' }, transform: { template: '' } }] }] }, 'spec.dataFrom[0].rewrite[0]: must have one of regexp, transform and merge, and only one of them'],
  ['a rewrite of nothing', { secretStoreRef: store, dataFrom: [{ extract: { key: 'a' }, rewrite: [{}] }] }, 'spec.dataFrom[0].rewrite[0]: must have one of regexp, transform and merge, and only one of them'],
  ['a misspelt field', { secretStoreRef: store, data, refreshInterva: '1h' }, 'spec.refreshInterva: unknown field'],
])('%s is an error', (_what, spec, message) => {
  expect(errorsOf(spec)[0]).toBe(message);
});

test('no pattern is compiled where an object is parsed', () => {
  const sources = ['(', String.raw`\pL{1000}`.repeat(100)];
  const dataFrom = sources.map((source) => ({ extract: { key: 'a' }, rewrite: [{ regexp: { source, target: '' } }] }));

  expect(errorsOf({ secretStoreRef: store, dataFrom })).toEqual([]);
});

test('a template is read with upstream defaults, its targets in any case', () => {
  const items = [{ key: 'a' }, { key: 'b', templateAs: 'KeysAndValues' }];
  const template = {
    metadata: { labels: { app: '{{ .user }}' }, finalizers: ['acme.example/keep'] },
    data: { config: 'user={{ .user }}' },
    templateFrom: [{ configMap: { name: 'one', items } }, { secret: { name: 'two', items: [] }, literal: 'x: y', target: 'annotations', valuesDecodingStrategy: 'Base64' }, { literal: '', target: 'LABELS' }],
  };

  const parsed = parseExternalSecret(externalSecret({ secretStoreRef: store, data, target: { template }, dataFrom: [{ extract: { key: 'a' }, rewrite: [{ regexp: { source: 'a(.)', target: '$1' } }, { transform: { template: '{{ .value }}' } }] }] }));

  expect(parsed).toMatchObject({
    ok: true,
    value: {
      spec: {
        template: {
          mergePolicy: 'Replace',
          labels: { app: '{{ .user }}' },
          annotations: {},
          finalizers: ['acme.example/keep'],
          data: { config: 'user={{ .user }}' },
          templateFrom: [
            { configMap: { name: 'one', items: [{ key: 'a', templateAs: 'Values' }, { key: 'b', templateAs: 'KeysAndValues' }] }, target: 'Data', valuesDecodingStrategy: 'None' },
            { secret: { name: 'two', items: [] }, literal: 'x: y', target: 'Annotations', valuesDecodingStrategy: 'Base64' },
            { literal: '', target: 'Labels', valuesDecodingStrategy: 'None' },
          ],
        },
        dataFrom: [{ rewrite: [{ kind: 'regexp', source: 'a(.)', target: '$1' }, { kind: 'transform', template: '{{ .value }}' }] }],
      },
    },
  });
});

test.each(['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token', 'helm.sh/release.v1'])('a Secret of type %s is refused', (type) => {
  expect(errorsOf({ secretStoreRef: store, data, target: { template: { type } } })[0]).toContain('spec.target.template.type: must not be a type that grants rights');
});

test('a refresh interval of 0 and empty optional texts are read as upstream reads them', () => {
  const spec = { secretStoreRef: store, refreshInterval: '0', data: [{ secretKey: 'a', remoteRef: { key: 'k', property: '', version: '' } }] };

  const parsed = parseExternalSecret(externalSecret(spec));

  expect(parsed).toMatchObject({ ok: true, value: { spec: { refreshInterval: 0, data: [{ remoteRef: { key: 'k' } }] } } });
  expect(parsed.ok && Object.keys(parsed.value.spec.data[0]?.remoteRef ?? {})).not.toContain('property');
});

test('a status that makes no sense counts as no status', () => {
  const object = externalSecret({}, { status: { syncedResourceVersion: 7, conditions: 'none' } });

  expect(parseExternalSecretStatus(object)).toEqual({ conditions: [] });
});

test('the status that External Secrets wrote is read', () => {
  const ready = { type: 'Ready', status: 'True', reason: 'SecretSynced', message: 'secret synced', lastTransitionTime: '2026-01-01T00:00:00Z' };
  const object = externalSecret({}, { status: { refreshTime: null, syncedResourceVersion: '1-abc', conditions: [ready], binding: { name: 'database' } } });

  expect(parseExternalSecretStatus(object)).toEqual({ refreshTime: null, syncedResourceVersion: '1-abc', conditions: [ready], binding: { name: 'database' } });
});
