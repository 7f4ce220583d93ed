import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ReadResult, RemoteRef, RemoteWrite } from '../../src/provider/contract.ts';
import { extractMap, selectProperty } from '../../src/provider/property.ts';
import type { VaultAdmin } from '../../test/support/vault-bench.ts';
import { connectVault, storeInVault, vaultAdmin } from '../../test/support/vault-bench.ts';
import type { VaultServer } from '../../test/support/vault-server.ts';
import { startVaultServer, vaultLogins } from '../../test/support/vault-server.ts';
import { vault } from './index.ts';

const never = new AbortController().signal;
const http = createHttpClient({ clock: systemClock, allowLoopback: true });
const auth = { tokenSecretRef: { name: 'vault', key: 'token' } };
const mark = { 'managed-by': 'external-secrets' };

let server: VaultServer;
let admin: VaultAdmin;
let v2: ProviderClient;
let v1: ProviderClient;

beforeEach(async () => {
  server = await startVaultServer();
  admin = vaultAdmin(server.url, vaultLogins.token);
  v2 = await connect({ path: 'secret' });
  v1 = await connect({ path: 'kv', version: 'v1' });
});

afterEach(() => server.close());
afterAll(() => http.close());

function connect(config: object): Promise<ProviderClient> {
  return connectVault({ server: server.url, auth, ...config }, { http: http.request });
}

function text(value: SecretBytes | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value.reveal()).toString('utf8');
}

function told(result: ReadResult | undefined): string | undefined {
  if (result?.kind === 'value') return text(result.value);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

async function read(client: ProviderClient, ...refs: readonly RemoteRef[]): Promise<readonly (string | undefined)[]> {
  return (await client.read(refs, never)).map(told);
}

async function keep(key: string, data: object, tags?: Readonly<Record<string, string>>): Promise<void> {
  await storeInVault(admin, { mount: 'secret', version: 'v2', key }, data, tags);
}

describe('a value', () => {
  it('is the object as JSON, as External Secrets writes it; a property is a key of just that name before it is a path', async () => {
    await keep('a', { z: 1, 'tls.crt': 'exact', tls: { crt: 'nested <&>', list: [1, { n: 'x' }] }, 'a|b': 'odd', none: null, flag: true });
    const [result] = await v2.read([{ key: 'a' }], never);
    const value = result?.kind === 'value' ? result.value : SecretBytes.fromUtf8('');
    const select = (property: string): string | undefined => text(selectProperty(value, property, vault.propertyLookup));

    expect(text(value)).toBe(String.raw`{"a|b":"odd","flag":true,"none":null,"tls":{"crt":"nested \u003c\u0026\u003e","list":[1,{"n":"x"}]},"tls.crt":"exact","z":1}`);
    expect(['tls.crt', 'tls.list.1.n', 'a|b', 'z', 'flag', 'none', 'tls.list', 'nothing'].map(select)).toEqual(['exact', 'x', 'odd', '1', 'true', '', '[1,{"n":"x"}]', undefined]);
    expect(text(extractMap(value).get('tls'))).toBe(String.raw`{"crt":"nested \u003c\u0026\u003e","list":[1,{"n":"x"}]}`);
  });

  it('keeps the digits of its numbers', async () => {
    server.answerWith({ body: '{"data":{"big":12345678901234567890,"cents":1.50}}' });
    const [result] = await v1.read([{ key: 'a' }], never);

    expect(told(result)).toBe('{"big":12345678901234567890,"cents":1.50}');
    expect(result?.kind === 'value' && text(selectProperty(result.value, 'cents', vault.propertyLookup))).toBe('1.50');
  });

  it('of a version is read by its number, and is absent once it is deleted', async () => {
    await keep('a', { k: 'old' });
    await keep('a', { k: 'new' });
    const versions = [{ key: 'a' }, { key: 'a', version: '1' }, { key: 'a', version: '2' }, { key: 'a', version: '3' }, { key: 'a', version: '0' }];
    expect(await read(v2, ...versions)).toEqual(['{"k":"new"}', '{"k":"old"}', '{"k":"new"}', 'absent', '{"k":"new"}']);
    expect(await v2.read([{ key: 'a' }], never)).toMatchObject([{ version: '2' }]);
    await admin.call('DELETE', 'secret/data/a');

    expect(await read(v2, ...versions)).toEqual(['absent', '{"k":"old"}', 'absent', 'absent', 'absent']);
    expect(await read(v2, { key: 'a', version: 'latest' })).toEqual(['invalid: version: versions of Vault are numbers']);
  });

  it('that is asked for twice in a batch is read once', async () => {
    await keep('a', { k: 'v' });
    const before = server.seen.length;
    await read(v2, { key: 'a' }, { key: 'a' }, { key: 'a', version: '1' }, { key: 'a', metadata: true });

    expect(server.seen.slice(before)).toEqual(['GET secret/data/a', 'GET secret/data/a', 'GET secret/metadata/a']);
  });

  it('has metadata of its own, in which what users have said comes first', async () => {
    await keep('a', { k: 'canary' }, { team: 'chain', current_version: 'mine' });
    await keep('b', { k: 'canary' });

    expect(await read(v2, { key: 'a', metadata: true }, { key: 'b', metadata: true }, { key: 'c', metadata: true })).toEqual([
      '{"created_time":"2026-01-01T00:00:00Z","current_version":"mine","delete_version_after":"0s","team":"chain"}',
      '{"created_time":"2026-01-01T00:00:00Z","current_version":"1","delete_version_after":"0s"}',
      'absent',
    ]);
    expect(await read(v1, { key: 'a', metadata: true }, { key: 'a', version: '1' })).toEqual([
      'unsupported: metadataPolicy: a key-value engine of version v1 keeps no metadata',
      'unsupported: version: a key-value engine of version v1 keeps one version of a secret only',
    ]);
  });

  it('of a store without a mount is at its own path, and never the token that all share', async () => {
    await keep('a/b', { k: 'v' });
    await admin.call('PUT', 'kv/a', { k: '1' });
    const [pathless2, pathless1] = [await connect({}), await connect({ version: 'v1' })];

    expect(await read(pathless2, { key: 'secret/a/b' }, { key: 'secret/data/a/b' })).toEqual(['{"k":"v"}', '{"k":"v"}']);
    expect(await read(pathless1, { key: 'kv/a' }, { key: 'database/creds/app' })).toEqual(['{"k":"1"}', expect.stringContaining('"username":"v-app"')]);
    const before = server.seen.length;
    for (const key of ['auth/token/lookup-self', '/auth//token/lookup-self', 'team/auth/token/lookup-self', 'sys/mounts', 'cubbyhole/x']) {
      expect(await read(pathless1, { key })).toEqual(["invalid: the key leads to Vault's own interface, and not to a secret"]);
    }
    expect(server.seen.slice(before)).toEqual([]);
  });
});

describe('a search', () => {
  it('names what it finds with the path before it, and asks for metadata only where tags are wanted', async () => {
    await keep('top', { k: 1 });
    await keep('net/a', { k: 2 }, { team: 'chain' });
    await keep('net/deep/b', { k: 3 });
    await keep('net/deep/gone', { k: 4 });
    await admin.call('DELETE', 'secret/data/net/deep/gone');
    const before = server.seen.length;
    const names = (await v2.find?.({ path: 'net' }, never))?.map(({ key, version }) => [key, version]);

    expect(names).toEqual([['net/a', '1'], ['net/deep/b', '1']]);
    expect(server.seen.slice(before).toSorted()).toEqual(['GET secret/data/net/a', 'GET secret/data/net/deep/b', 'GET secret/data/net/deep/gone', 'LIST secret/metadata/net', 'LIST secret/metadata/net/deep']);
    expect((await v2.find?.({ tags: { team: 'chain' } }, never))?.map(({ key }) => key)).toEqual(['net/a']);
    expect(await v2.find?.({ tags: { toString: 'x' } }, never)).toEqual([]);
  });

  it('fails as a whole where a part of it is denied', async () => {
    await keep('a', { k: 1 });
    await keep('b', { k: 2 });
    server.deny('secret/data/b');

    await expect(v2.find?.({}, never)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('needs a mount to begin with', async () => {
    await keep('net/a', { k: 1 });
    const pathless = await connect({});

    await expect(pathless.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('find.path: ') });
    expect((await pathless.find?.({ path: 'secret/net' }, never))?.map(({ key }) => key)).toEqual(['secret/net/a']);
    expect((await pathless.find?.({ path: 'secret' }, never))?.map(({ key }) => key)).toEqual(['secret/net/a']);
  });

  it('goes neither deeper nor wider than it may', async () => {
    await keep(Array.from({ length: 40 }, () => 'd').join('/'), { k: 1 });
    await expect(v2.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: 'the search goes through more than 32 folders within one another; narrow it by find.path' });
    // a server that has folders without end
    server.answerWith({ body: { data: { keys: Array.from({ length: 60 }, (_, index) => `${index}/`) } } });
    await expect(v2.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: 'the search goes through more than 2000 folders; narrow it by find.path' });
    server.answerWith({ body: { data: { keys: Array.from({ length: 20_001 }, (_, index) => `${index}`) } } });

    await expect(v2.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: 'the search goes through more than 20000 secrets; narrow it by find.path' });
  });
});

function pushOf(remoteKey: string, value: string, more: Partial<RemoteWrite> = {}): RemoteWrite {
  const bytes = SecretBytes.fromUtf8(value);
  return { remoteKey, secretKey: 'k', value: bytes, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', bytes]]) }, updatePolicy: 'Replace', ...more };
}

async function push(client: ProviderClient, write: RemoteWrite): Promise<string> {
  const result = await client.write?.(write, never);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'no such call');
}

async function remove(client: ProviderClient, remoteKey: string, property?: string): Promise<string> {
  const result = await client.remove?.({ remoteKey, ...(property === undefined ? {} : { property }) }, never);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : (result?.kind ?? 'no such call');
}

describe('a push', () => {
  it('writes a whole object, the same one only once, in whatever order its keys are', async () => {
    expect(await push(v2, pushOf('a', '{"b": 1, "a": {"x": [1.50]}}'))).toBe('written');
    expect(await push(v2, pushOf('a', '{"a":{"x":[1.50]},"b":1}'))).toBe('unchanged');
    expect(await push(v2, pushOf('a', 'no object'))).toBe('invalid: Vault keeps objects: the value to push is no object in JSON, so remoteRef needs a property');
    expect(await push(v2, pushOf('a', '[1]'))).toMatch(/^invalid: Vault keeps objects/);
    expect(await read(v2, { key: 'a', metadata: true })).toEqual([expect.stringContaining('"managed-by":"external-secrets"')]);
  });

  it('takes a property for the name of a member, whatever dots it holds', async () => {
    expect(await push(v2, pushOf('a', 'pem', { property: 'tls.crt' }))).toBe('written');
    expect(await push(v2, pushOf('a', 'odd', { property: String.raw`c:\x` }))).toBe('written');
    expect(await read(v2, { key: 'a' })).toEqual([String.raw`{"c:\\x":"odd","tls.crt":"pem"}`]);
    expect(await push(v2, pushOf('a', 'other', { property: 'tls.crt', updatePolicy: 'IfNotExists' }))).toBe('unchanged');
    expect(await remove(v2, 'a', 'tls')).toBe('absent');
    expect(await remove(v2, 'a', 'tls.crt')).toBe('removed');

    expect(await read(v2, { key: 'a' })).toEqual([String.raw`{"c:\\x":"odd"}`]);
  });

  it('leaves other custom metadata as it is, and writes the mark before the value', async () => {
    await admin.call('PUT', 'secret/metadata/a', { custom_metadata: { team: 'chain' } });
    const before = server.seen.length;
    expect(await push(v2, pushOf('a', '{"k":"v"}'))).toBe('written');

    expect(server.seen.slice(before)).toEqual(['GET secret/metadata/a', 'PUT secret/metadata/a', 'PUT secret/data/a']);
    expect(await read(v2, { key: 'a', metadata: true })).toEqual([expect.stringContaining('"managed-by":"external-secrets","team":"chain"')]);
    expect(await push(v2, pushOf('a', '{"k":"w"}'))).toBe('written');
    expect(server.seen.slice(-3)).toEqual(['GET secret/metadata/a', 'GET secret/data/a', 'PUT secret/data/a']);
  });

  it("does not take over what is somebody else's, be it deleted but for good", async () => {
    await keep('a', { k: 'theirs' });
    expect(await push(v2, pushOf('a', '{"k":"mine"}'))).toBe("invalid: the secret is somebody else's: its custom metadata does not hold managed-by=external-secrets");
    await admin.call('DELETE', 'secret/data/a');
    expect(await push(v2, pushOf('a', '{"k":"mine"}'))).toMatch(/^invalid: /);
    expect(await remove(v2, 'a')).toBe('absent');
    await admin.call('DELETE', 'secret/metadata/a');

    expect(await push(v2, pushOf('a', '{"k":"mine"}'))).toBe('written');
  });

  it('begins anew where another was faster, and loses nothing', async () => {
    await keep('a', { theirs: '1' }, mark);
    const results = await Promise.all(['x', 'y', 'z'].map((property) => push(v2, pushOf('a', property, { property }))));

    expect(results).toEqual(['written', 'written', 'written']);
    expect(await read(v2, { key: 'a' })).toEqual(['{"theirs":"1","x":"x","y":"y","z":"z"}']);
  });

  it('is invalid where Vault does not take it although nobody was faster', async () => {
    expect(await push(v1, pushOf('a', '{}'))).toBe('written');
    server.answerWith({ status: 400, body: { errors: ['missing data fields'] } });
    expect(await push(v1, pushOf('b', '{"k":1}'))).toBe('invalid: Vault refuses the request (HTTP 400)');
  });

  it('keeps the mark among the data of version v1, where it counts for nothing', async () => {
    expect(await push(v1, pushOf('a', '{"k":"v"}'))).toBe('written');
    expect(await push(v1, pushOf('a', '{"k":"v"}'))).toBe('unchanged');
    expect(await read(v1, { key: 'a' })).toEqual(['{"custom_metadata":{"managed-by":"external-secrets"},"k":"v"}']);
    expect(await push(v1, pushOf('a', 'w', { property: 'k' }))).toBe('written');
    expect(await read(v1, { key: 'a' })).toEqual(['{"custom_metadata":{"managed-by":"external-secrets"},"k":"w"}']);
    expect(await remove(v1, 'a', 'k')).toBe('removed');
    expect(await read(v1, { key: 'a' })).toEqual(['absent']);
    await admin.call('PUT', 'kv/theirs', { k: 'v' });
    expect(await push(v1, pushOf('theirs', '{"k":"mine"}'))).toMatch(/^invalid: /);

    expect(await remove(v1, 'theirs')).toMatch(/^invalid: /);
  });

  it('has no metadata to say', async () => {
    expect(await push(v2, pushOf('a', '{}', { metadata: { spec: {} } }))).toBe('invalid: metadata: nothing can be said of a value that is pushed to Vault; remove it');
  });
});
