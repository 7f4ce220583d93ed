import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DataEntry, DataFromEntry, ExternalSecretSpec, FindSource, RemoteSource } from '../api/external-secret-spec.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import type { ReadResult } from '../provider/contract.ts';
import { JsonScan } from '../provider/json-scan.ts';
import { ProviderError } from '../provider/provider-error.ts';
import type { Assembled } from './assemble.ts';
import { assemble } from './assemble.ts';
import { extractAll, selectAll } from './extract-keys.ts';
import type { RemoteValues } from './read-values.ts';

const store = { kind: 'SecretStore', name: 'vault' } as const;
const policies = { conversionStrategy: 'Default', decodingStrategy: 'None', nullBytePolicy: 'Ignore' } as const;

function source(key: string, more: Partial<RemoteSource> = {}): RemoteSource {
  return { key, metadataPolicy: 'None', ...policies, ...more };
}

function single(secretKey: string, key: string, more: Partial<RemoteSource> = {}): DataEntry {
  return { secretKey, remoteRef: source(key, more), store };
}

function whole(key: string, more: Partial<RemoteSource> = {}): DataFromEntry {
  return { kind: 'extract', extract: source(key, more), rewrite: [], store };
}

function finding(more: Partial<FindSource> = {}): DataFromEntry {
  return { kind: 'find', find: { name: '^prod/', ...policies, ...more }, rewrite: [], store };
}

function spec(parts: Partial<Pick<ExternalSecretSpec, 'data' | 'dataFrom' | 'deletionPolicy'>>): ExternalSecretSpec {
  return { secretStoreRef: store, refreshPolicy: 'Periodic', refreshInterval: 0, creationPolicy: 'Owner', deletionPolicy: 'Retain', immutable: false, data: [], dataFrom: [], ...parts };
}

function remote(entries: Readonly<Record<string, string | Uint8Array | ProviderError>>): RemoteValues {
  const answer = (key: string): ReadResult => {
    const entry = entries[key];
    if (entry === undefined) return { kind: 'absent' };
    if (entry instanceof ProviderError) return { kind: 'error', error: entry };
    return { kind: 'value', value: typeof entry === 'string' ? SecretBytes.fromUtf8(entry) : new SecretBytes(entry) };
  };
  const found = Object.entries(entries).flatMap(([key]) => {
    const result = answer(key);
    return key.startsWith('prod/') && result.kind === 'value' ? [{ key, value: result.value, version: '7' }] : [];
  });
  return { of: (_store, { key }) => answer(key), found: () => ({ kind: 'found', values: found }), lookup: () => 'literal-first', label: () => 'SecretStore devnet/vault', json: new JsonScan() };
}

async function assembled(parts: Parameters<typeof spec>[0], values: RemoteValues): Promise<Assembled> {
  const selected = selectAll(spec(parts), values).flatMap((entry) => entry ?? []);
  return assemble(spec(parts), values, await extractAll(spec(parts), selected, () => Promise.reject(new Error('there is nothing to render'))));
}

async function texts(parts: Parameters<typeof spec>[0], values: RemoteValues): Promise<unknown> {
  const made = await assembled(parts, values);
  if (!made.ok) return made.problems.map(({ path, kind, message }) => `${path} ${kind}: ${message}`);
  return Object.fromEntries([...made.data].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

const account = JSON.stringify({ user: 'seed', password: 'p', port: 5432, nested: { a: 1 }, none: null });

test('dataFrom comes first and in order, data wins', async () => {
  const values = remote({ a: '{"x":"1","y":"1","z":"1"}', b: '{"y":"2","z":"2"}', c: '3' });

  expect(await texts({ dataFrom: [whole('a'), whole('b')], data: [single('z', 'c')] }, values)).toEqual({ x: '1', y: '2', z: '3' });
});

test('a property selects inside the value, and extract takes the object it selects', async () => {
  const values = remote({ db: account });

  expect(await texts({ data: [single('pw', 'db', { property: 'password' }), single('deep', 'db', { property: 'nested.a' })] }, values)).toEqual({ pw: 'p', deep: '1' });
  expect(await texts({ dataFrom: [whole('db', { property: 'nested' })] }, values)).toEqual({ a: '1' });
  expect(await texts({ dataFrom: [whole('db')] }, values)).toEqual({ user: 'seed', password: 'p', port: '5432', nested: '{"a":1}', none: '' });
});

test('an empty value is a value', async () => {
  expect(await texts({ data: [single('k', 'empty')] }, remote({ empty: '' }))).toEqual({ k: '' });
});

test.each([
  ['None', 'aGk=', 'aGk='],
  ['Base64', 'aGk=', 'hi'],
  ['Base64', 'aG\nk=\r\n', 'hi'],
  ['Base64URL', '_-8=', Buffer.from('_-8=', 'base64url').toString('utf8')],
  ['Auto', 'aGk=', 'hi'],
  ['Auto', '_-8=', Buffer.from('_-8=', 'base64url').toString('utf8')],
  ['Auto', 'plain text', 'plain text'],
  ['Auto', 'aGk', 'aGk'],
] as const)('%s decodes %j', async (decodingStrategy, encoded, expected) => {
  expect(await texts({ data: [single('k', 'v', { decodingStrategy })] }, remote({ v: encoded }))).toEqual({ k: expected });
});

test('each member of an extracted object is decoded', async () => {
  expect(await texts({ dataFrom: [whole('v', { decodingStrategy: 'Base64' })] }, remote({ v: '{"a":"aGk=","b":""}' }))).toEqual({ a: 'hi', b: '' });
});

test('keys of an extracted object are converted, and an empty one is dropped', async () => {
  expect(await texts({ dataFrom: [whole('v')] }, remote({ v: '{"a b/c":"1","ok-1._":"2","":"3"}' }))).toEqual({ a_b_c: '1', 'ok-1._': '2' });
});

test('by the strategy Unicode, a character that Kubernetes refuses becomes its code', async () => {
  expect(await texts({ dataFrom: [whole('v', { conversionStrategy: 'Unicode' })] }, remote({ v: '{"a b/c":"1","é😀":"2"}' }))).toEqual([
    expect.stringContaining('the key "é_U1f600_" of "v" has characters other than letters'),
  ]);
  expect(await texts({ dataFrom: [whole('v', { conversionStrategy: 'Unicode' })] }, remote({ v: '{"a b/c":"1","x😀":"2","\\u0000":"3"}' }))).toEqual({ a_U0020_b_U002f_c: '1', x_U1f600_: '2', _U0000_: '3' });
});

test('what is found is converted and decoded as what is extracted is, and where it came from is known', async () => {
  const made = await assembled({ dataFrom: [finding({ decodingStrategy: 'Base64' })] }, remote({ 'prod/db': 'aGk=', 'dev/db': '!' }));

  expect(made.ok && [...made.data].map(([key, value]) => [key, Buffer.from(value.reveal()).toString('utf8')])).toEqual([['prod_db', 'hi']]);
  expect(made.ok && made.provenance).toEqual(new Map([['prod_db', { kind: 'store', store: 'SecretStore devnet/vault', key: 'prod/db', version: '7' }]]));
});

test('where each key came from is known to the member and the property', async () => {
  const made = await assembled({ dataFrom: [whole('db', { property: 'nested' })], data: [single('pw', 'db', { property: 'password' })] }, remote({ db: account }));

  expect(made.ok && Object.fromEntries(made.provenance)).toEqual({
    a: { kind: 'store', store: 'SecretStore devnet/vault', key: 'db', property: 'nested.a' },
    pw: { kind: 'store', store: 'SecretStore devnet/vault', key: 'db', property: 'password' },
  });
});

describe('what the provider does not hold', () => {
  const values = remote({ there: '1', refused: new ProviderError('denied', 'not yours') });
  const parts = { data: [single('a', 'there'), single('b', 'gone')], dataFrom: [finding()] };

  test.each(['Delete', 'Merge'] as const)('is left out, and told, where the deletion policy is %s', async (deletionPolicy) => {
    const made = await assembled({ ...parts, deletionPolicy }, values);

    expect(made.ok && [...made.data.keys()]).toEqual(['a']);
    expect(made.ok && made.missing).toEqual([
      { kind: 'absent', path: 'spec.dataFrom[0]', message: 'find by name "^prod/" found nothing' },
      { kind: 'absent', path: 'spec.data[1]', message: 'the provider has no "gone"' },
    ]);
  });

  test('is an error where the Secret is to be retained, a pattern that finds nothing too', async () => {
    expect(await texts(parts, values)).toEqual(['spec.dataFrom[0] absent: find by name "^prod/" found nothing', 'spec.data[1] absent: the provider has no "gone"']);
  });

  test('does not hide what could not be read', async () => {
    expect(await texts({ data: [...parts.data, single('c', 'refused')], deletionPolicy: 'Delete' }, values)).toEqual(['spec.data[2] denied: "refused" could not be read (denied): not yours']);
  });

  test('is not an object without keys: that is an answer', async () => {
    expect(await texts({ dataFrom: [whole('empty')] }, remote({ empty: '{}' }))).toEqual({});
  });
});

test('whatever keys an object has by birth can be keys of a Secret', async () => {
  const made = await assembled({ dataFrom: [whole('v')] }, remote({ v: '{"__proto__":"1","constructor":"2"}' }));

  expect(made.ok && [...made.data.keys()]).toEqual(['__proto__', 'constructor']);
});

const secret = 'hunter2-very-secret';

test.each<[string, Partial<Pick<ExternalSecretSpec, 'data' | 'dataFrom'>>, Parameters<typeof remote>[0], string]>([
  ['an absent value', { data: [single('k', 'gone')] }, {}, 'spec.data[0] absent: the provider has no "gone"'],
  ['an absent version', { data: [single('k', 'gone', { version: '7' })] }, {}, 'spec.data[0] absent: the provider has no "gone" (version "7")'],
  ['an absent property', { data: [single('k', 'v', { property: 'pw' })] }, { v: `{"a":"${secret}"}` }, 'spec.data[0] unusable: "v" has no property "pw"'],
  ['a property of what is not JSON', { data: [single('k', 'v', { property: 'pw' })] }, { v: secret }, 'spec.data[0] unusable: "v": '],
  ['an extract of what is no object', { dataFrom: [whole('v')] }, { v: `["${secret}"]` }, 'spec.dataFrom[0] unusable: "v": '],
  ['a refused read', { data: [single('k', 'v')] }, { v: new ProviderError('denied', 'not yours') }, 'spec.data[0] denied: "v" could not be read (denied): not yours'],
  ['what is not Base64', { data: [single('k', 'v', { decodingStrategy: 'Base64' })] }, { v: secret }, 'spec.data[0] unusable: "v" is not Base64, as decodingStrategy says'],
  ['a member that is not Base64', { dataFrom: [whole('v', { decodingStrategy: 'Base64' })] }, { v: `{"a":"${secret}"}` }, 'spec.dataFrom[0] unusable: the key "a" of "v" is not Base64, as decodingStrategy says'],
  ['a NUL byte where it is forbidden', { data: [single('k', 'v', { nullBytePolicy: 'Fail' })] }, { v: `${secret}\0` }, 'spec.data[0] unusable: "v" holds a NUL byte, which nullBytePolicy forbids'],
  ['two keys that become one', { dataFrom: [whole('v')] }, { v: `{"a b":"${secret}","a/b":"2"}` }, 'spec.dataFrom[0] unusable: the key "a_b" of "v" stands for two keys of the object after conversion; rename one'],
  ['a key that Kubernetes refuses', { dataFrom: [whole('v')] }, { v: `{"schlüssel":"${secret}"}` }, 'spec.dataFrom[0] unusable: the key "schlüssel" of "v" has characters other than letters, digits, -, _ and .'],
  ['more than a Secret holds', { data: [single('a', 'v'), single('b', 'w')] }, { v: new Uint8Array(1024 * 1024), w: 'x' }, 'spec unusable: the values are 1048577 bytes together, and a Secret holds at most 1048576'],
])('%s is a problem that names where, and quotes no value', async (_what, parts, entries, expected) => {
  const problems = await texts(parts, remote(entries));

  expect(problems).toEqual([expect.stringContaining(expected)]);
  expect(JSON.stringify(problems)).not.toContain(secret);
});

test('what all properties together look through has a bound, and who exceeds it is told', async () => {
  const values = { ...remote({ v: JSON.stringify({ filling: 'x'.repeat(1000), a: secret }) }), json: new JsonScan(3000) };
  const data = ['a', 'b'].map((key) => single(key, 'v', { property: 'a' }));

  expect(await texts({ data }, values)).toEqual({ a: secret, b: secret });
  const problems = await texts({ data }, values);
  expect(problems).toEqual([expect.stringMatching(/^spec\.data\[0\] limit: "v": all properties together look through more than /), expect.stringMatching(/^spec\.data\[1\] limit: /)]);
  expect(JSON.stringify(problems)).not.toContain(secret);
});

test('a Secret may be filled to the last byte', async () => {
  expect((await assembled({ data: [single('a', 'v')] }, remote({ v: new Uint8Array(1024 * 1024) }))).ok).toBe(true);
});

test('every problem is reported, and one is enough for no data at all', async () => {
  const keys = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 8 });

  await fc.assert(
    fc.asyncProperty(keys, fc.func(fc.boolean()), async (names, isThere) => {
      const there = names.filter((name) => isThere(name));
      const made = await assembled({ data: names.map((name) => single(name, name)) }, remote(Object.fromEntries(there.map((name) => [name, name]))));

      if (there.length === names.length) expect(made.ok && [...made.data.keys()]).toEqual(names);
      else expect(made.ok ? -1 : made.problems.length).toBe(names.length - there.length);
    }),
  );
});
