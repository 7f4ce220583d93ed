import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ReadResult, RemoteWrite } from '../../src/provider/contract.ts';
import { MemberBytes } from '../../src/provider/member-bytes.ts';
import { extractMap } from '../../src/provider/property.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { httpServiceContract } from '../../test/contract/http-service.contract.ts';
import type { OnePasswordServer } from '../../test/support/onepassword-server.ts';
import { connectToken, startOnePasswordServer, vaultIds } from '../../test/support/onepassword-server.ts';
import { startMoodyServer } from '../../test/support/moody-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { onepassword } from './index.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(onepassword)]);
const auth = { secretRef: { connectTokenSecretRef: { name: 'creds', key: 'token' } } };
const bytes = (text: string): Uint8Array => Buffer.from(text);

let server: OnePasswordServer;
let closes: (() => Promise<void>)[];

beforeEach(async () => {
  server = await startOnePasswordServer();
  closes = [server.close];
});

afterEach(async () => {
  for (const close of closes) await close();
});

async function connect(vaults: Readonly<Record<string, number>> = { common: 2, chain: 1 }): Promise<ProviderClient> {
  const { context, close } = serviceContext({ secrets: { creds: { token: `${connectToken}\n` } } });
  closes.push(close);
  return registry.configure({ onepassword: { connectHost: `${server.url}/`, auth, vaults } }).connect(context, never);
}

function told(result: ReadResult | undefined): string {
  if (result?.kind === 'error') return `${result.error.kind}: ${result.error.message}`;
  return result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : String(result?.kind);
}

async function valueOf(client: ProviderClient, key: string): Promise<SecretBytes> {
  const [result] = await client.read([{ key }], never);
  if (result?.kind !== 'value') throw new Error(told(result));
  return result.value;
}

/** What each property of an item comes to. */
async function properties(client: ProviderClient, key: string, ...names: readonly string[]): Promise<readonly string[]> {
  return (await client.read(names.map((property) => ({ key, property })), never)).map(told);
}

function extracted(value: SecretBytes): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from(extractMap(value), ([key, member]) => [key, Buffer.from(member.reveal()).toString('utf8')]));
}

async function found(client: ProviderClient, query: Parameters<NonNullable<ProviderClient['find']>>[0]): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(((await client.find?.(query, never)) ?? []).map(({ key, value }) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

function writeOf(remoteKey: string, text: string, more: Partial<RemoteWrite> = {}): RemoteWrite {
  const value = SecretBytes.fromUtf8(text);
  return { remoteKey, secretKey: 'k', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) }, updatePolicy: 'Replace', ...more };
}

httpServiceContract('onepassword', async () => {
  server.put('a', { fields: [['password', 'canary-a']] });
  server.put('b', { fields: [['password', 'canary-b']] });
  return { connect, keys: ['a', 'b', 'none'], behave: server.behave, requests: server.requests, values: ['canary-a', 'canary-b', connectToken], close: async () => {} };
});

describe('a server that answers without end', () => {
  const [vault, size] = ['v'.repeat(26), 1024 * 1024];

  async function serve(itemSize: number): Promise<ProviderClient> {
    const items = Array.from({ length: 500 }, (_, index) => ({ id: `i${index}`, title: `t${index}`, version: 1 }));
    const value = 'x'.repeat(itemSize);
    const large = await startMoodyServer(({ path }) => {
      const id = /items\/(i\d+)$/.exec(path)?.[1];
      if (id !== undefined) return { body: Buffer.from(`{"id":"${id}","title":"${id}","version":1,"fields":[{"label":"${id}","value":"${value}"}]}`) };
      return { body: path.endsWith('/items') ? items : [{ id: vault, name: 'v' }] };
    });
    closes.push(large.close);
    const { context, close } = serviceContext({ secrets: { creds: { token: connectToken } } });
    closes.push(close);
    return registry.configure({ onepassword: { connectHost: large.url, auth, vaults: { v: 1 } } }).connect(context, never);
  }

  it('is not read to the end: a search has 32 MiB, and a batch room for as many items as there are in one', async () => {
    await using client = await serve(size - 1000);

    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('32 MiB') });
    const results = await client.read(Array.from({ length: 50 }, (_, index) => ({ key: `t${index}`, property: `i${index}` })), never);
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['value']));
  }, 20_000);

  it('gives an item of no more than a mebibyte', async () => {
    await using client = await serve(size);

    expect(await properties(client, 't1', 'i1')).toEqual([expect.stringMatching(/^invalid: .*1 MiB/)]);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('1 MiB') });
  });
});

describe('an item', () => {
  it('is its password, and its fields are properties, whatever dots are in their labels', async () => {
    server.put('login', { fields: [['username', 'u'], ['password', 'p'], ['db.host', 'h'], ['config', '{"a":{"b":1}}']] });
    await using client = await connect();
    const value = await valueOf(client, 'login');

    expect(Buffer.from(value.reveal()).toString()).toBe('p');
    expect(extracted(value)).toEqual({ username: 'u', password: 'p', 'db.host': 'h', config: '{"a":{"b":1}}' });
    expect(await properties(client, 'login', 'username', 'field/username', 'db.host', 'config.a.b', 'none', 'file/none', '')).toEqual(['u', 'u', 'h', '1', 'invalid: the item has no property "none"', 'invalid: the item has no property "file/none"', 'p']);
    expect(server.seen.filter((line) => /items\/\w+$/.test(line))).toHaveLength(2);
  });

  it('without a password has no value but its fields', async () => {
    server.put('api', { fields: [['token', 't'], ['user', 'u']] });
    server.put('login', { fields: [['password', 'p']] });
    await using client = await connect();
    const value = await valueOf(client, 'api');

    expect([value, await valueOf(client, 'login')].map((one) => one instanceof MemberBytes && one.needsMember)).toEqual([true, false]);
    expect(extracted(value)).toEqual({ token: 't', user: 'u' });
    expect(await properties(client, 'api', 'token')).toEqual(['t']);
  });

  it('fails where one of several fields of a label is asked for, and for nothing else', async () => {
    server.put('twice', { fields: [['password', 'p'], ['key', '1'], ['key', '2']] });
    server.put('unsure', { fields: [['password', '1'], ['password', '2']] });
    await using client = await connect();

    expect(await properties(client, 'twice', 'key', 'field/key', 'password')).toEqual(['invalid: the item has several fields "key"', 'invalid: the item has several fields "key"', 'p']);
    expect(extracted(await valueOf(client, 'twice'))).toEqual({ password: 'p' });
    expect((await client.read([{ key: 'unsure' }], never)).map(told)).toEqual(['invalid: the item has several fields "password"']);
    await expect(client.find?.({ path: 'twice' }, never)).rejects.toMatchObject({ kind: 'invalid' });
    expect(await client.write?.(writeOf('twice', 'v', { property: 'key' }), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
  });

  it('has its files beside its fields, with their bytes, and each costs a call only where it is wanted', async () => {
    server.put('tls', { fields: [['password', 'p']], files: [['cert.pem', bytes('certificate')], ['raw', Uint8Array.of(0, 0xff)]] });
    await using client = await connect();
    const calls = (): number => server.seen.filter((line) => line.includes('/files/')).length;

    expect(extracted(await valueOf(client, 'tls'))).toEqual({ password: 'p' });
    expect([await properties(client, 'tls', 'cert.pem', 'file/none'), calls()]).toEqual([['invalid: the item has no property "cert.pem"', 'invalid: the item has no property "file/none"'], 0]);
    expect([await properties(client, 'tls', 'file/cert.pem'), calls()]).toEqual([['certificate'], 1]);
    const [raw] = await client.read([{ key: 'tls', property: 'file/raw' }], never);
    expect(raw?.kind === 'value' && [...raw.value.reveal()]).toEqual([0, 0xff]);
  });

  it('that is a document is its first file, and its files are properties', async () => {
    server.put('document', { category: 'DOCUMENT', fields: [['notesPlain', 'n']], files: [['a.txt', bytes('first')], ['b.txt', bytes('second')]] });
    await using client = await connect();
    const value = await valueOf(client, 'document');

    expect(Buffer.from(value.reveal()).toString()).toBe('first');
    expect(extracted(value)).toEqual({ 'a.txt': 'first', 'b.txt': 'second' });
    expect(await properties(client, 'document', 'a.txt', 'b.txt', 'file/b.txt', 'field/notesPlain', 'notesPlain')).toEqual(['first', 'second', 'second', 'n', 'invalid: the item has no property "notesPlain"']);
  });

  it('fails where a file that is too large is asked for, and for nothing else', async () => {
    const large = new Uint8Array(1024 * 1024 + 1);
    server.put('large', { fields: [['password', 'p']], files: [['large.bin', large], ['small.txt', bytes('s')]] });
    server.put('many', { category: 'DOCUMENT', files: Array.from({ length: 5 }, (_, index) => [`${index}`, large.subarray(1)] as const) });
    await using client = await connect();

    expect(await properties(client, 'large', 'file/large.bin', 'file/small.txt', 'password')).toEqual(['invalid: file "large.bin" of the item is larger than a Secret holds', 's', 'p']);
    expect((await client.read([{ key: 'many' }], never)).map(told)).toEqual([expect.stringMatching(/^invalid: the files of the item have more than 4 MiB/)]);
  });

  it('that is a document without a file is an error', async () => {
    server.put('hollow', { category: 'DOCUMENT' });
    await using client = await connect();

    expect((await client.read([{ key: 'hollow' }], never)).map(told)).toEqual(['invalid: the item is a document without a file']);
  });
});

describe('finding an item', () => {
  it('goes through the vaults in their order', async () => {
    server.put('both', { fields: [['password', 'of chain']] });
    const id = server.put('only common', { vault: vaultIds.common, fields: [['password', 'of common']] });
    await using client = await connect();

    expect((await client.read([{ key: 'both' }, { key: 'only common' }, { key: id }], never)).map(told)).toEqual(['of chain', 'of common', 'of common']);
    expect((await client.read([{ key: id }], never)).map(told)).toEqual(['of common']);
  });

  it('fails where a vault has two of that title', async () => {
    await using client = await connect();
    await client.write?.(writeOf('one', 'v'), never);
    server.put('two', { fields: [['password', 'v']] });
    await client.write?.(writeOf('other', 'v'), never);
    const items = (title: string) => client.read([{ key: title }, { key: 'one' }], never);
    // a Connect server lets anybody make a second
    await fetch(`${server.url}/v1/vaults/${vaultIds.chain}/items`, { method: 'POST', headers: { authorization: `Bearer ${connectToken}` }, body: JSON.stringify({ title: 'two', category: 'LOGIN', vault: { id: vaultIds.chain } }) });

    expect((await items('two')).map(told)).toEqual(['invalid: vault "chain" has 2 items "two"; name the one that is meant by its id', 'v']);
  });

  it('takes vaults by their ids, and never one that is not shown for empty', async () => {
    server.put('a', { fields: [['password', 'p']] });
    await using byId = await connect({ [vaultIds.chain]: 1 });
    await using gone = await connect({ chain: 1, gone: 2 });

    expect((await byId.read([{ key: 'a' }], never)).map(told)).toEqual(['p']);
    expect((await gone.read([{ key: 'a' }, { key: 'b' }], never)).map(told)).toEqual(['p', expect.stringMatching(/^denied: there is no vault "gone"/)]);
    await expect(gone.validate?.(never)).rejects.toMatchObject({ kind: 'denied' });
    await expect(gone.find?.({}, never)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('looks a vault up anew that refuses, for another may have come in its place', async () => {
    server.put('a', { fields: [['password', 'old']] });
    await using client = await connect();
    expect((await client.read([{ key: 'a' }], never)).map(told)).toEqual(['old']);
    server.take('a');
    const vault = server.replaceVault();
    server.put('a', { vault, fields: [['password', 'new']] });

    expect((await client.read([{ key: 'a' }], never)).map(told)).toEqual([expect.stringMatching(/^denied: .*no such vault/)]);
    expect((await client.read([{ key: 'a' }], never)).map(told)).toEqual(['new']);
  });

  it('finds a title with quotes, which no filter could hold', async () => {
    server.put('the "best" \\ one', { fields: [['password', 'p']] });
    await using client = await connect();

    expect((await client.read([{ key: 'the "best" \\ one' }], never)).map(told)).toEqual(['p']);
  });
});

describe('calls', () => {
  beforeEach(() => {
    for (let index = 0; index < 20; index += 1) server.put(`item-${index}`, { fields: [['password', `v${index}`]] });
  });

  it('are one for the vaults, one for the list of each, and one for each item', async () => {
    await using client = await connect();
    const refs = Array.from({ length: 20 }, (_, index) => ({ key: `item-${index}` }));
    await client.read(refs, never);
    expect(server.seen).toHaveLength(22);

    await client.read([{ key: 'item-3' }], never);
    expect(server.seen.slice(22)).toEqual([`GET /v1/vaults/${vaultIds.chain}/items title eq "item-3"`, expect.stringMatching(/^GET \/v1\/vaults\/\w+\/items\/\w+$/)]);
  });

  it('are one for each vault where nothing has changed', async () => {
    await using client = await connect();
    const refs = [...Array.from({ length: 20 }, (_, index) => ({ key: `item-${index}` })), { key: 'none' }];
    const versions = (await client.read(refs, never)).map((result) => (result.kind === 'value' ? result.version : undefined));
    const before = server.seen.length;

    expect(versions.slice(0, 20).every((version) => /^\w{26}@1$/.test(version ?? ''))).toBe(true);
    expect(await client.versions?.(refs, never)).toEqual(versions);
    expect(server.seen.slice(before)).toEqual([`GET /v1/vaults/${vaultIds.chain}/items`, `GET /v1/vaults/${vaultIds.common}/items`]);

    server.put('item-3', { fields: [['password', 'new']] });
    expect((await client.versions?.([{ key: 'item-3' }, { key: 'item-4' }], never))?.map((version) => version?.slice(-2))).toEqual(['@2', '@1']);
  });
});

describe('searching', () => {
  it('finds files too, and the first of several of one name', async () => {
    server.put('a', { tags: ['net'], fields: [['password', '1']], files: [['file.txt', bytes('f')]] });
    server.put('b', { tags: ['net', 'more'], fields: [['password', '2'], ['only', '3']] });
    server.put('c', { vault: vaultIds.common, tags: ['net'], fields: [['far', '4']] });
    await using client = await connect();

    expect(await found(client, { tags: { net: '' } })).toEqual({ 'file.txt': 'f', password: '1', only: '3', far: '4' });
    expect(await found(client, { tags: { net: '', more: '' } })).toEqual({ password: '2', only: '3' });
    expect(await found(client, { path: 'b', tags: { net: '' }, name: { source: 'o', matches: (name) => name.includes('o') } })).toEqual({ password: '2', only: '3' });
  });

  it('looks into so many items and no more', async () => {
    for (let index = 0; index < 501; index += 1) server.put(`item-${index}`, {});
    await using client = await connect();

    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('501 items') });
    expect(await found(client, { path: 'item-7' })).toEqual({});
  });
});

describe('pushing', () => {
  const mark = 'managed-by:external-secrets';
  const metadata = (spec: unknown) => ({ apiVersion: 'kubernetes.external-secrets.io/v1alpha1', kind: 'PushSecretMetadata', spec });

  it('leaves all else that an item has as it is', async () => {
    server.put('login', { tags: ['old'], fields: [['username', 'u'], ['password', 'p']] });
    const before = server.kept('login');
    await using client = await connect();

    expect(await client.write?.(writeOf('login', 'new'), never)).toEqual({ kind: 'written' });
    expect(server.kept('login')).toEqual({ ...before, version: 2, fields: [before?.fields[0], { ...before?.fields[1], value: 'new' }] });
    expect(await client.write?.(writeOf('login', 'new'), never)).toEqual({ kind: 'unchanged' });
    expect(await client.write?.(writeOf('login', 'new', { metadata: metadata({ tags: ['pushed'] }) }), never)).toEqual({ kind: 'written' });
    expect(server.kept('login')?.tags).toEqual(['pushed']);
  });

  it('makes an item in the vault and with the tags that it says', async () => {
    await using client = await connect();
    await client.write?.(writeOf('here', 'v'), never);
    await client.write?.(writeOf('there', 'v', { property: 'token', metadata: metadata({ vault: 'common', tags: ['pushed'] }) }), never);

    expect(server.kept('here')).toMatchObject({ vault: { id: vaultIds.chain }, tags: [mark], fields: [{ label: 'password', value: 'v', type: 'CONCEALED' }] });
    expect(server.kept('there')).toMatchObject({ vault: { id: vaultIds.common }, tags: ['pushed', mark], fields: [{ label: 'token', value: 'v' }] });
    expect(await client.write?.(writeOf('nowhere', 'v', { metadata: metadata({ vault: 'another' }) }), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: expect.stringContaining('none of the vaults') } });
  });

  it('waits until a write is shown, so that the next one sees it', async () => {
    server.lag(3);
    await using client = await connect();

    expect(await client.write?.(writeOf('late', '1', { property: 'a' }), never)).toEqual({ kind: 'written' });
    expect(await client.write?.(writeOf('late', '2', { property: 'b' }), never)).toEqual({ kind: 'written' });
    expect(server.kept('late')?.fields.map(({ label }) => label)).toEqual(['a', 'b']);
    expect(server.seen.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('deletes an item with its last field only where a push has made it', async () => {
    server.put('theirs', { tags: ['net'], fields: [['password', 'p']] });
    await using client = await connect();
    await client.write?.(writeOf('ours', 'v'), never);
    await client.write?.(writeOf('ours', 'w', { metadata: metadata({ tags: ['pushed'] }) }), never);
    // a push cannot say that it has made what it has not
    await client.write?.(writeOf('theirs', 'v', { metadata: metadata({ tags: ['net', mark] }) }), never);

    expect([server.kept('ours')?.tags, server.kept('theirs')?.tags]).toEqual([['pushed', mark], ['net']]);
    expect([await client.remove?.({ remoteKey: 'ours' }, never), await client.remove?.({ remoteKey: 'theirs' }, never)]).toEqual([{ kind: 'removed' }, { kind: 'removed' }]);
    expect(server.kept('ours')).toBeUndefined();
    expect(server.kept('theirs')).toMatchObject({ tags: ['net'], fields: [], urls: [{ href: 'https://example.com' }] });
  });

  it('keeps an item that has a file when its last field goes', async () => {
    server.put('tls', { fields: [['password', 'p']], files: [['a.txt', bytes('a')]] });
    await using client = await connect();

    expect(await client.remove?.({ remoteKey: 'tls' }, never)).toEqual({ kind: 'removed' });
    expect(server.kept('tls')).toMatchObject({ fields: [], files: [{ name: 'a.txt' }] });
    expect(await client.remove?.({ remoteKey: 'tls' }, never)).toEqual({ kind: 'absent' });
  });

  it('refuses bytes that are no text', async () => {
    await using client = await connect();
    const value = new SecretBytes(Uint8Array.of(0xff));

    expect(await client.write?.(writeOf('a', '', { value }), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
  });
});

describe('a configuration', () => {
  const host = 'https://connect.example.com';

  it.each([
    [{ auth, connectHost: host, vaults: {} }, 'needs at least one vault'],
    [{ auth, connectHost: host, vaults: { a: 1, b: 1 } }, 'a number of its own'],
    [{ auth, connectHost: 'connect:8080', vaults: { a: 1 } }, 'must be a URL'],
    [{ connectHost: host, vaults: { a: 1 } }, 'auth'],
  ])('is refused where it is wrong: %j', (config, says) => {
    const parsed = registry.parse({ onepassword: config });

    expect(parsed.ok ? 'it was taken' : JSON.stringify(parsed.errors)).toContain(says);
  });
});
