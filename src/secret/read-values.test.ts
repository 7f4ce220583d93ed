import { expect, test } from 'vitest';
import { externalSecret } from '../../test/support/external-secret.ts';
import type { ExternalSecretSpec } from '../api/external-secret-spec.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { FindQuery, RemoteRef } from '../provider/contract.ts';
import type { StoreReader } from '../provider/store-reader.ts';
import { readValues } from './read-values.ts';
import { storesOf } from './references.ts';

const { signal } = new AbortController();
const other = { storeRef: { kind: 'ClusterSecretStore', name: 'shared' } };

function specOf(spec: Readonly<Record<string, unknown>>): ExternalSecretSpec {
  return externalSecret({ spec: { data: [], ...spec } }).spec;
}

interface Asked {
  readonly store: string;
  readonly refs?: readonly RemoteRef[];
  readonly query?: FindQuery;
  readonly urgent?: boolean;
}

/** A reader that answers each reference with its store and key, and finds what it is told to. */
function recordingReader(names: readonly string[] = []): { readonly reader: StoreReader; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const reader: StoreReader = {
    read: async ({ label }, refs, _signal, how) => {
      asked.push({ store: label, refs, ...how });
      return refs.map(({ key, metadata }) => ({ kind: 'value', value: SecretBytes.fromUtf8(`${label}: ${metadata === true ? 'metadata of ' : ''}${key}`) }));
    },
    find: async ({ label }, query) => {
      asked.push({ store: label, query });
      return { kind: 'found', values: names.filter((name) => query.name?.matches(name) !== false).map((key) => ({ key, value: SecretBytes.fromUtf8(key) })) };
    },
    validate: () => Promise.resolve('valid'),
    propertyLookup: ({ label }) => (label === 'shared' ? 'literal-first' : 'path-only'),
    credentials: () => [],
    capabilities: () => 'ReadOnly',
    close: () => Promise.resolve(),
  };
  return { reader, asked };
}

function read(spec: ExternalSecretSpec, reader: StoreReader, more: { readonly mayRead?: (key: string) => boolean; readonly urgent?: boolean } = {}): ReturnType<typeof readValues> {
  const { mayRead = () => true, ...rest } = more;
  const stores = new Map(storesOf(spec).map(({ kind, name }) => [`${kind} ${name}`, { label: name, provider: {}, scope: 'namespaced', namespace: 'devnet' } as const]));
  return readValues(reader, { stores, mayRead: (_store, key) => mayRead(key), ...rest }, spec, signal);
}

test('each store is asked once, for all that is read of it, and each reference once', async () => {
  const { reader, asked } = recordingReader();
  const spec = specOf({
    dataFrom: [{ extract: { key: 'a' } }, { extract: { key: 'a' }, sourceRef: other }],
    data: [
      { secretKey: 'x', remoteRef: { key: 'a', property: 'x' } },
      { secretKey: 'y', remoteRef: { key: 'a', version: '2' } },
      { secretKey: 'm', remoteRef: { key: 'a', metadataPolicy: 'Fetch' } },
      { secretKey: 'z', remoteRef: { key: 'b' }, sourceRef: other },
    ],
  });
  const values = await read(spec, reader, { urgent: true });

  expect(asked).toEqual([
    { store: 'vault', refs: [{ key: 'a' }, { key: 'a', version: '2' }, { key: 'a', metadata: true }], urgent: true },
    { store: 'shared', refs: [{ key: 'a' }, { key: 'b' }], urgent: true },
  ]);
  const [, , metadata, shared] = spec.data.map(({ store, remoteRef }) => {
    const result = values.of(store, remoteRef);
    return result.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : result.kind;
  });
  expect([metadata, shared]).toEqual(['vault: metadata of a', 'shared: b']);
  expect(spec.data.map(({ store }) => `${values.label(store)} ${values.lookup(store)}`)).toEqual([...Array.from({ length: 3 }, () => 'vault path-only'), 'shared literal-first']);
});

test('a query goes with its pattern, and what it may not see is not found', async () => {
  const { reader, asked } = recordingReader(['devnet/a', 'mainnet/a', 'devnet/b']);
  const spec = specOf({ dataFrom: [{ find: { path: 'all', name: { regexp: 'a$' }, tags: { team: 'net' } } }] });
  const values = await read(spec, reader, { mayRead: (key) => key.startsWith('devnet/') });

  expect(asked).toEqual([{ store: 'vault', query: { path: 'all', name: { source: 'a$', matches: expect.any(Function) }, tags: { team: 'net' } } }]);
  const found = values.found(0);
  expect(found.kind === 'found' && found.values.map(({ key }) => key)).toEqual(['devnet/a']);
});

test.each<[string, string, string, string]>([
  ['Retain', 'devnet/', 'found', ''],
  ['Retain', 'other/', 'denied', 'SecretStore "vault" does not allow any of the keys found to this namespace: its annotation prelude.dev/allowed-keys keeps them'],
  ['Delete', 'other/', 'denied', 'SecretStore "vault" does not allow any of the keys found to this namespace: its annotation prelude.dev/allowed-keys keeps them'],
  ['Delete', 'devnet/', 'denied', 'SecretStore "vault" does not allow 1 of the 2 keys found to this namespace: its annotation prelude.dev/allowed-keys keeps them'],
  ['Merge', 'devnet/', 'denied', 'SecretStore "vault" does not allow 1 of the 2 keys found to this namespace: its annotation prelude.dev/allowed-keys keeps them'],
  ['Delete', '', 'found', ''],
])('what is found and kept from the namespace is not gone: with %s and keys of "%s" allowed, %s', async (deletionPolicy, prefix, kind, message) => {
  const { reader } = recordingReader(['devnet/a', 'mainnet/a']);
  const values = await read(specOf({ target: { deletionPolicy }, dataFrom: [{ find: { name: { regexp: 'a' } } }] }), reader, { mayRead: (key) => key.startsWith(prefix) });

  const found = values.found(0);
  expect(found.kind === 'error' ? [found.error.kind, found.error.message] : [found.kind, '']).toEqual([kind, message]);
});

test('a pattern that is none asks nobody', async () => {
  const { reader, asked } = recordingReader();
  const values = await read(specOf({ dataFrom: [{ find: { name: { regexp: '(' } } }] }), reader);

  expect(values.found(0)).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: 'find.name.regexp: error parsing regexp: missing closing )' } });
  expect(asked).toEqual([]);
});

test('a key that the store keeps from the namespace is not asked for, and denied', async () => {
  const { reader, asked } = recordingReader();
  const spec = specOf({ data: [{ secretKey: 'a', remoteRef: { key: 'mine' } }, { secretKey: 'b', remoteRef: { key: 'theirs' } }] });
  const values = await read(spec, reader, { mayRead: (key) => key === 'mine' });

  expect(asked).toEqual([{ store: 'vault', refs: [{ key: 'mine' }], urgent: false }]);
  expect(spec.data.map(({ store, remoteRef }) => values.of(store, remoteRef))).toMatchObject([
    { kind: 'value' },
    { kind: 'error', error: { kind: 'denied', message: 'SecretStore "vault" does not allow this key to this namespace' } },
  ]);
});

test('a provider that looks properties up itself is told them, each a reference of its own', async () => {
  const { reader, asked } = recordingReader();
  const telling: StoreReader = { ...reader, propertyLookup: () => 'by-provider' };
  const spec = specOf({ dataFrom: [{ extract: { key: 'a', property: 'x' } }], data: [{ secretKey: 'x', remoteRef: { key: 'a', property: 'x' } }, { secretKey: 'y', remoteRef: { key: 'a', property: 'y' } }, { secretKey: 'z', remoteRef: { key: 'a' } }] });
  const values = await read(spec, telling);

  expect(asked.map(({ refs }) => refs)).toEqual([[{ key: 'a', property: 'x' }, { key: 'a', property: 'y' }, { key: 'a' }]]);
  expect(spec.data.map(({ store, remoteRef }) => values.of(store, remoteRef).kind)).toEqual(['value', 'value', 'value']);
});
