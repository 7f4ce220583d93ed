import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { ProviderClient, ProviderContext, ReadResult, RemoteRef, RemoteWrite } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { httpServiceContract } from '../../test/contract/http-service.contract.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { InfisicalServer } from '../../test/support/infisical-server.ts';
import { infisicalToken, startInfisicalServer } from '../../test/support/infisical-server.ts';
import { startMoodyServer } from '../../test/support/moody-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { infisical } from './index.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(infisical)]);
const auth = { tokenAuthCredentials: { accessToken: { name: 'creds', key: 'token' } } };
const secretsScope = { projectSlug: 'chain', environmentSlug: 'dev' };

let server: InfisicalServer;
let closes: (() => Promise<void>)[];

beforeEach(async () => {
  server = await startInfisicalServer();
  closes = [server.close];
});

afterEach(async () => {
  for (const close of closes) await close();
});

async function connect(scope: object = {}, more: Partial<ProviderContext> = {}): Promise<ProviderClient> {
  const { context, close } = serviceContext({ secrets: { creds: { token: `${infisicalToken}\n` } }, more });
  closes.push(close);
  return registry.configure({ infisical: { hostAPI: server.url, auth, secretsScope: { ...secretsScope, ...scope } } }).connect(context, never);
}

const told = (result: ReadResult): string => (result.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : result.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result.kind);

async function read(client: ProviderClient, ...keys: readonly string[]): Promise<readonly string[]> {
  return (await client.read(keys.map((key) => ({ key })), never)).map(told);
}

async function found(client: ProviderClient, query: Parameters<NonNullable<ProviderClient['find']>>[0] = {}): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(((await client.find?.(query, never)) ?? []).map(({ key, value }) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

function writeOf(remoteKey: string, text: string, more: Partial<RemoteWrite> = {}): RemoteWrite {
  const value = SecretBytes.fromUtf8(text);
  return { remoteKey, secretKey: 'k', value, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', value]]) }, updatePolicy: 'Replace', ...more };
}

httpServiceContract('infisical', async () => {
  server.set('a', 'canary-a');
  server.set('b', 'canary-b');
  return { connect, keys: ['a', 'b', 'none'], behave: server.behave, requests: server.requests, values: ['canary-a', 'canary-b', infisicalToken], close: async () => {} };
});

describe('a key', () => {
  beforeEach(() => {
    server.set('a', 'root');
    server.set('a', 'team', '/team');
    server.set('a', 'app', '/team/app');
  });

  it('is a name in the folder of the store, below it, or anywhere', async () => {
    await using client = await connect({ secretsPath: '/team/' });

    expect(await read(client, 'a', 'app/a', '/a', '/team/app/a', '/other/a')).toEqual(['team', 'app', 'root', 'app', 'absent']);
  });

  it.each(['', '/', 'a/', 'a//b', '../a', '/team/../a', './a', '.', '..', 'team/..'])('that leads nowhere is invalid: %j', async (key) => {
    await using client = await connect();

    expect(await read(client, key)).toEqual([expect.stringMatching(/^invalid: /)]);
    // a remote key would lead to another endpoint, too
    expect(await client.remove?.({ remoteKey: key }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
    expect(server.seen).toEqual([]);
  });
});

describe('a server that answers without end', () => {
  async function serve(size: number): Promise<ProviderClient> {
    const value = 'x'.repeat(size);
    const secretOf = (name: string): string => `{"secretKey":"${name}","secretValue":"${value}","version":1}`;
    const large = await startMoodyServer(({ path }) => {
      const name = /secrets\/raw\/(.+)$/.exec(path)?.[1];
      return { body: Buffer.from(name === undefined ? `{"secrets":[${secretOf('a')}]}` : `{"secret":${secretOf(name)}}`) };
    });
    closes.push(large.close);
    const { context, close } = serviceContext({ secrets: { creds: { token: infisicalToken } } });
    closes.push(close);
    return registry.configure({ infisical: { hostAPI: large.url, auth, secretsScope } }).connect(context, never);
  }

  it('is not read to the end: a batch has 32 MiB, of folders, of single secrets and of versions', async () => {
    await using client = await serve(1_000_000);
    const refs: readonly RemoteRef[] = Array.from({ length: 15 }, (_, index) => [{ key: `f${index}/a` }, { key: `f${index}/b` }, { key: `k${index}`, version: '1' }]).flat();

    expect((await client.read(refs, never)).map(told)).toContainEqual(expect.stringMatching(/^invalid: .*32 MiB/));
  }, 20_000);

  it('gives a secret of no more than a mebibyte, and a list of no more than it says', async () => {
    await using client = await serve(17 * 1024 * 1024);

    expect(await read(client, 'a')).toEqual([expect.stringMatching(/^invalid: .*1 MiB/)]);
    expect(await read(client, 'a', 'b')).toEqual([expect.stringMatching(/^invalid: .*8 MiB/), expect.stringMatching(/^invalid: .*8 MiB/)]);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('8 MiB') });
  });
});

describe('reading', () => {
  it('costs one list for each folder, and one call for what the list does not hold', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
    for (const key of keys) server.set(key, key);
    server.set('x', 'x', '/team');
    server.set('y', 'y', '/team');
    await using client = await connect();

    expect(await read(client, ...keys, 'team/x', 'team/y', 'none')).toEqual([...keys, 'x', 'y', 'absent']);
    expect(server.seen.toSorted()).toEqual(['GET /v3/secrets/raw /', 'GET /v3/secrets/raw /team', 'GET /v3/secrets/raw/none /']);
  });

  it.each(['v3', 'latest', '0', '-1', '1.5'])('takes %j for no version, and never for one that is gone', async (version) => {
    server.set('a', 'a');
    await using client = await connect();

    expect((await client.read([{ key: 'a', version }], never)).map(told)).toEqual(['invalid: version: versions of Infisical are numbers, from 1 on']);
    expect((await client.read([{ key: 'a', version: '2' }], never)).map(told)).toEqual(['absent']);
  });

  it('asks once where the token itself is refused', async () => {
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
    for (const key of keys) server.set(key, key);
    await using client = await connect({}, { clock: createFakeClock() });
    server.revokeAll();
    expect(new Set(await read(client, ...keys))).toEqual(new Set([expect.stringMatching(/^denied: .*\(HTTP 401\)/)]));
    expect(server.seen).toEqual(['GET /v3/secrets/raw /']);
  });

  it('goes on one by one where lists are refused, and asks for a list again an hour later', async () => {
    for (const key of ['a', 'b']) server.set(key, key);
    server.forbidLists();
    const clock = createFakeClock();
    await using client = await connect({}, { clock });

    expect(await read(client, 'a', 'b')).toEqual(['a', 'b']);
    expect(await read(client, 'a', 'b')).toEqual(['a', 'b']);
    expect(server.seen.filter((line) => line === 'GET /v3/secrets/raw /')).toHaveLength(1);
    await clock.advance(3_600_000);
    expect(await read(client, 'a', 'b')).toEqual(['a', 'b']);
    expect(server.seen.filter((line) => line === 'GET /v3/secrets/raw /')).toHaveLength(2);
  });

  it('never passes a stand-in on for a value, nor a secret that is hidden for none', async () => {
    for (const key of ['a', 'half', 'whole']) server.set(key, key);
    server.hide('half', 'value');
    server.hide('whole', 'all');
    await using client = await connect();
    const expected = ['a', expect.stringMatching(/^denied: /), expect.stringMatching(/^denied: /), 'absent'];

    expect(await read(client, 'a', 'half', 'whole', 'none')).toEqual(expected);
    expect([await read(client, 'a'), await read(client, 'half'), await read(client, 'whole'), await read(client, 'none')].flat()).toEqual(expected);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'denied' });
  });

  it('never takes an answer without a value for one that is empty', async () => {
    const secret = { secretKey: 'a', version: 1 };
    const http: ProviderContext['http'] = ({ url }) => Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(url.includes('/raw/') ? { secret } : { secrets: [secret, { ...secret, secretKey: 'b' }] })) });
    await using client = await connect({}, { http });
    const silent = 'unavailable: Infisical answers without the value of the secret';

    expect([await read(client, 'a'), await read(client, 'a', 'b')].flat()).toEqual([silent, silent, silent]);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await client.write?.(writeOf('a', 'v', { property: 'k' }), never)).toMatchObject({ kind: 'error', error: { kind: 'unavailable' } });
  });

  it('takes what is imported where the folder has none of that name, the later import first', async () => {
    server.set('own', 'own');
    for (const folder of ['/first', '/second']) for (const key of ['own', 'both']) server.set(key, folder, folder);
    server.set('far', '/first', '/first');
    server.importFrom('/first');
    server.importFrom('/second');
    await using client = await connect();

    expect(await read(client, 'own', 'both', 'far')).toEqual(['own', '/second', '/first']);
    expect([await read(client, 'own'), await read(client, 'both'), await read(client, 'far')].flat()).toEqual(['own', '/second', '/first']);
    expect(await found(client)).toEqual({ own: 'own', both: '/second', far: '/first' });
  });

  it('follows references, unless the store says not to', async () => {
    server.set('host', 'db');
    server.set('url', 'postgres://${host}');
    await using following = await connect();
    await using literal = await connect({ expandSecretReferences: false });

    expect([await read(following, 'url', 'host'), await read(literal, 'url', 'host')]).toEqual([['postgres://db', 'db'], ['postgres://${host}', 'db']]);
  });

  it('never takes an environment or a project that is not there for one without secrets', async () => {
    await using elsewhere = await connect({ environmentSlug: 'main' });
    await using nowhere = await connect({ projectSlug: 'gone' });

    for (const client of [elsewhere, nowhere]) {
      expect(await read(client, 'a')).toEqual([expect.stringMatching(/^invalid: /)]);
      expect(await read(client, 'a', 'b', '/team/c')).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^invalid: /)));
      await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid' });
      await expect(client.validate?.(never)).rejects.toMatchObject({ kind: 'invalid' });
    }
  });

  it('finds nothing in a folder that is empty, and says so of one that is not there', async () => {
    server.set('a', 'a', '/team');
    server.take('a', '/team');
    await using empty = await connect({ secretsPath: '/team' });
    await using gone = await connect({ secretsPath: '/gone' });

    expect(await found(empty)).toEqual({});
    await expect(gone.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('/gone') });
  });
});

describe('searching', () => {
  it('looks into the folders below only where the store says so, and takes the nearest of several', async () => {
    server.set('a', 'deep', '/team/app');
    server.set('a', 'near', '/team');
    server.set('b', 'deep', '/team/app');
    await using flat = await connect({ secretsPath: '/team' });
    await using deep = await connect({ secretsPath: '/team', recursive: true });

    expect(await found(flat)).toEqual({ a: 'near' });
    expect(await found(deep)).toEqual({ a: 'near', b: 'deep' });
    expect(await found(deep, { path: '/team/app' })).toEqual({ a: 'deep', b: 'deep' });
  });
});

describe('pushing', () => {
  it('compares what is written there: not what is imported, and not what that refers to', async () => {
    server.set('url', 'x-${host}');
    server.set('imported', 'same', '/shared');
    server.importFrom('/shared');
    await using client = await connect();

    expect(await client.write?.(writeOf('url', 'x-${host}'), never)).toEqual({ kind: 'unchanged' });
    expect(await client.write?.(writeOf('imported', 'same'), never)).toEqual({ kind: 'written' });
    expect(await client.remove?.({ remoteKey: '/shared/none' }, never)).toEqual({ kind: 'absent' });
    expect(await client.remove?.({ remoteKey: '/nowhere/none' }, never)).toEqual({ kind: 'absent' });
    await using elsewhere = await connect({ environmentSlug: 'main' });
    expect(await elsewhere.remove?.({ remoteKey: 'url' }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
  });

  it('makes no folders, and tells of a name that Infisical does not take', async () => {
    await using client = await connect();

    expect(await client.write?.(writeOf('below/a', 'v'), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: expect.stringContaining('makes no folders') } });
    expect(await client.write?.(writeOf('two words', 'v'), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
    expect(await client.write?.(writeOf('a', 'v', { metadata: {} }), never)).toMatchObject({ kind: 'error', error: { kind: 'unsupported' } });
  });

  it('says where a change waits for approval that it is not made', async () => {
    server.askForApproval();
    await using client = await connect();

    expect(await client.write?.(writeOf('a', 'v'), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid', message: expect.stringContaining('approve') } });
  });

  it('finds the project where older servers have it, and says where there is none', async () => {
    await server.close();
    server = await startInfisicalServer({ olderPaths: true });
    closes.push(server.close);
    await using client = await connect();

    expect(await client.write?.(writeOf('a', 'v'), never)).toEqual({ kind: 'written' });
    await using nowhere = await connect({ projectSlug: 'gone' });
    expect(await nowhere.write?.(writeOf('a', 'v'), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
  });

  it('writes nothing over what it may not see', async () => {
    server.set('a', 'v');
    server.hide('a', 'value');
    await using client = await connect();

    expect(await client.write?.(writeOf('a', 'w'), never)).toMatchObject({ kind: 'error', error: { kind: 'denied' } });
  });
});
