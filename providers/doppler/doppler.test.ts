import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { NamePattern, ProviderClient, ProviderContext, ReadResult, RemoteWrite } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { httpServiceContract } from '../../test/contract/http-service.contract.ts';
import type { DopplerServer } from '../../test/support/doppler-server.ts';
import { dopplerIdentity, dopplerToken, startDopplerServer } from '../../test/support/doppler-server.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { doppler } from './index.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(doppler)]);
const secretAuth = { auth: { secretRef: { dopplerToken: { name: 'creds' } } } };
const where = { project: 'chain', config: 'dev' };

let server: DopplerServer;
let closes: (() => Promise<void>)[];

beforeEach(async () => {
  server = await startDopplerServer();
  closes = [server.close];
});

afterEach(async () => {
  for (const close of closes) await close();
});

async function connect(config: object = {}, more: Partial<ProviderContext> = {}): Promise<ProviderClient> {
  const { context, close } = serviceContext({ secrets: { creds: { dopplerToken: `${dopplerToken}\n` } }, more: { environment: new Map([['DOPPLER_BASE_URL', server.url]]), ...more } });
  closes.push(close);
  return registry.configure({ doppler: { ...secretAuth, ...where, ...config } }).connect(context, never);
}

const text = (result: ReadResult | undefined): string | undefined => (result?.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : result?.kind);
const named = (source: string): NamePattern => ({ source, matches: (name) => new RegExp(source).test(name) });

async function found(client: ProviderClient, query: Parameters<NonNullable<ProviderClient['find']>>[0]): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(((await client.find?.(query, never)) ?? []).map(({ key, value }) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

function writeOf(remoteKey: string, value: string, more: Partial<RemoteWrite> = {}): RemoteWrite {
  const bytes = SecretBytes.fromUtf8(value);
  return { remoteKey, secretKey: 'k', value: bytes, source: { type: 'Opaque', labels: {}, annotations: {}, data: new Map([['k', bytes]]) }, updatePolicy: 'Replace', ...more };
}

httpServiceContract('doppler', async () => {
  server.set('A', 'canary-a');
  server.set('B', 'canary-b');
  return { connect, keys: ['A', 'B', 'NONE'], behave: server.behave, requests: server.requests, values: ['canary-a', 'canary-b', dopplerToken], close: async () => {} };
});

describe('reading a config', () => {
  it('costs one call, however many secrets are due', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `KEY_${index}`);
    for (const key of keys) server.set(key, key);
    await using client = await connect();

    expect((await client.read(keys.map((key) => ({ key })), never)).map(text)).toEqual(keys);
    expect(server.seen).toEqual(['GET /v3/configs/config/secrets/download 200']);
  });

  it('puts in what a value refers to', async () => {
    server.set('HOST', 'db.example.com');
    server.set('URL', 'postgres://${HOST}/app');
    await using client = await connect();

    expect((await client.read([{ key: 'URL' }], never)).map(text)).toEqual(['postgres://db.example.com/app']);
  });

  it('learns with one empty answer that nothing has changed', async () => {
    server.set('A', '1');
    await using client = await connect();
    expect(await client.versions?.([{ key: 'A' }], never)).toEqual([undefined]);
    expect(server.seen).toEqual([]);

    const [read] = await client.read([{ key: 'A' }], never);
    const version = read?.kind === 'value' ? read.version : undefined;
    expect(version).toMatch(/^W\/"/);
    expect(await client.versions?.([{ key: 'A' }, { key: 'NONE' }, { key: 'A', version: '1' }], never)).toEqual([version, undefined, undefined]);
    expect(server.seen.at(-1)).toBe('GET /v3/configs/config/secrets/download 304');

    server.set('A', '2');
    const [changed] = (await client.versions?.([{ key: 'A' }], never)) ?? [];
    expect(changed).not.toBe(version);
    expect(await client.read([{ key: 'A' }], never)).toMatchObject([{ kind: 'value', version: changed }]);
  });

  it('learns of the state that it has asked about, whatever a slower read has learnt meanwhile', async () => {
    const held: (() => void)[] = [];
    let isHeld = false;
    const answers = new Map([['E0', '0'], ['E1', '1']]);
    let etag = 'E0';
    const http: ProviderContext['http'] = async ({ headers = {} }) => {
      const [state, value] = [etag, answers.get(etag) ?? ''];
      if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
      const isSame = headers['if-none-match'] === state;
      return { status: isSame ? 304 : 200, headers: { etag: state }, body: Buffer.from(isSame ? '' : JSON.stringify({ A: value })) };
    };
    await using client = await connect({}, { http });
    await client.read([{ key: 'A' }], never);
    isHeld = true;
    const slowRead = client.read([{ key: 'A' }], never);
    await expect.poll(() => held.length).toBe(1);
    isHeld = false;
    etag = 'E1';
    expect(await client.versions?.([{ key: 'A' }], never)).toEqual(['E1']);
    isHeld = true;
    const check = client.versions?.([{ key: 'A' }], never);
    await expect.poll(() => held.length).toBe(2);
    held[0]?.();
    await slowRead;
    held[1]?.();

    expect(await check).toEqual(['E1']);
  });

  it('tells a secret that is hidden from one that is not there', async () => {
    server.set('HIDDEN', 'x');
    server.hide('HIDDEN');
    await using client = await connect();

    expect(await client.read([{ key: 'HIDDEN' }, { key: 'NONE' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'denied', message: expect.stringContaining('restricted') } }, { kind: 'absent' }]);
  });

  it('never takes an answer that says nothing for one that says that there is nothing', async () => {
    const http: ProviderContext['http'] = ({ url }) => Promise.resolve({ status: 200, headers: {}, body: Buffer.from(url.includes('/download') ? '{}' : '{"value":{}}') });
    await using client = await connect({}, { http });

    expect(await client.read([{ key: 'A' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'unavailable' } }]);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await client.remove?.({ remoteKey: 'A' }, never)).toMatchObject({ kind: 'error', error: { kind: 'unavailable' } });
  });

  it('never takes a config that is not there for one without secrets', async () => {
    await using client = await connect({ config: 'gone' });

    // each reference's own result: a throw would have each asked for alone, by a download of its own
    const gone = { kind: 'error', error: { kind: 'invalid', message: expect.stringContaining('check project and config') } };
    expect(await client.read([{ key: 'A' }, { key: 'B' }, { key: 'C', version: '1' }], never)).toMatchObject([gone, gone, { kind: 'error', error: { kind: 'unsupported' } }]);
    expect(server.seen).toHaveLength(1);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('searching a config', () => {
  it('goes by the names as they are transformed', async () => {
    server.set('DB_USER', 'u');
    server.set('DB_PASSWORD', 'p');
    server.set('OTHER', 'o');
    await using client = await connect({ nameTransformer: 'lower-kebab' });

    expect(await found(client, { path: 'db-' })).toEqual({ 'db-user': 'u', 'db-password': 'p' });
    expect(await found(client, { path: 'db-', name: named('^db-u') })).toEqual({ 'db-user': 'u' });
  });

  it('gives all secrets as one file where a format is said', async () => {
    server.set('A', '1');
    await using client = await connect({ format: 'env' });

    expect(await found(client, {})).toEqual({ DOPPLER_SECRETS_FILE: 'DOPPLER_CONFIG="dev"\nDOPPLER_PROJECT="chain"\nA="1"\n' });
    expect(await found(client, { name: named('^A$') })).toEqual({});
  });
});

describe('pushing', () => {
  it('compares what is written there, and not what that refers to', async () => {
    server.set('HOST', 'db');
    server.set('URL', 'x-${HOST}');
    await using client = await connect();

    expect(await client.write?.(writeOf('URL', 'x-${HOST}'), never)).toEqual({ kind: 'unchanged' });
    expect(await client.write?.(writeOf('URL', 'x-db'), never)).toEqual({ kind: 'written' });
  });

  it('never takes a config that is not there for one from which the secret is gone', async () => {
    await using client = await connect({ config: 'gone' });
    await using good = await connect();

    expect(await client.remove?.({ remoteKey: 'A' }, never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
    expect(await good.remove?.({ remoteKey: 'A' }, never)).toEqual({ kind: 'absent' });
  });

  it('refuses names that Doppler does not take, and metadata, before anything is sent', async () => {
    await using client = await connect();

    expect(await client.write?.(writeOf('lower-case', 'v'), never)).toMatchObject({ kind: 'error', error: { kind: 'invalid' } });
    expect(await client.write?.(writeOf('A', 'v', { metadata: { note: 'x' } }), never)).toMatchObject({ kind: 'error', error: { kind: 'unsupported' } });
    expect(server.seen).toEqual([]);
  });

  it('writes over a value that it may not see, and into none', async () => {
    server.set('HIDDEN', 'x');
    server.hide('HIDDEN');
    await using client = await connect();

    expect(await client.write?.(writeOf('HIDDEN', 'y', { updatePolicy: 'IfNotExists' }), never)).toEqual({ kind: 'unchanged' });
    expect(await client.write?.(writeOf('HIDDEN', 'y', { property: 'a' }), never)).toMatchObject({ kind: 'error', error: { kind: 'denied' } });
    expect(await client.write?.(writeOf('HIDDEN', 'y'), never)).toEqual({ kind: 'written' });
    expect(await client.remove?.({ remoteKey: 'HIDDEN', property: 'a' }, never)).toMatchObject({ kind: 'error', error: { kind: 'denied' } });
  });
});

describe('a token of a service account', () => {
  const oidc = { auth: { oidcConfig: { identity: dopplerIdentity, serviceAccountRef: { name: 'reader', audiences: ['more'] } } } };

  async function connectAs(name: string | undefined, identity = dopplerIdentity, clock = createFakeClock()): Promise<{ readonly client: ProviderClient; readonly asked: readonly unknown[] }> {
    const asked: unknown[] = [];
    const client = await connect({ auth: { oidcConfig: { ...oidc.auth.oidcConfig, identity } } }, {
      clock,
      store: { scope: 'namespaced', ...(name === undefined ? {} : { name }) },
      serviceAccountToken: (account, request) => {
        asked.push({ account: account.name, ...request });
        return Promise.resolve(SecretBytes.fromUtf8('jwt-of-reader'));
      },
    });
    return { client, asked };
  }

  it.each([
    ['SecretStore devnet/doppler', 'secretStore:devnet:doppler'],
    ['ClusterSecretStore doppler', 'clusterSecretStore:doppler'],
  ])('is for %s alone', async (name, audience) => {
    const { client, asked } = await connectAs(name);
    await client.read([{ key: 'DOPPLER_CONFIG' }], never);

    expect(asked).toEqual([{ account: 'reader', audiences: [server.url, audience], expirationSeconds: 600 }]);
    expect(server.exchanges).toEqual([{ identity: dopplerIdentity, token: 'jwt-of-reader' }]);
    await client[Symbol.asyncDispose]();
  });

  it('is asked of stores whose name is told to the provider, and of no others', async () => {
    const { client } = await connectAs(undefined);

    expect(await client.read([{ key: 'A' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'invalid' } }]);
    expect([registry.configure({ doppler: { ...oidc, ...where } }).consumerInputs, registry.configure({ doppler: { ...secretAuth, ...where } }).consumerInputs]).toEqual([['store'], []]);
  });

  it('is exchanged once for many calls, and again before what it was exchanged for ends', async () => {
    const clock = createFakeClock();
    await server.close();
    server = await startDopplerServer({ life: 600, now: clock.now });
    closes.push(server.close);
    const { client } = await connectAs('SecretStore devnet/doppler', dopplerIdentity, clock);

    await Promise.all([client.read([{ key: 'DOPPLER_CONFIG' }], never), client.read([{ key: 'DOPPLER_CONFIG' }], never)]);
    await clock.advance(470_000);
    await client.read([{ key: 'DOPPLER_CONFIG' }], never);
    expect(server.exchanges).toHaveLength(1);
    await clock.advance(20_000);
    expect((await client.read([{ key: 'DOPPLER_CONFIG' }], never)).map(text)).toEqual(['dev']);
    await expect.poll(() => server.exchanges.length).toBe(2);
  });

  it('is exchanged again after what it was exchanged for was taken back', async () => {
    const { client } = await connectAs('SecretStore devnet/doppler');
    await client.read([{ key: 'DOPPLER_CONFIG' }], never);
    server.revoke();

    expect((await client.read([{ key: 'DOPPLER_CONFIG' }], never)).map(text)).toEqual(['dev']);
    expect(server.exchanges).toHaveLength(2);
  });

  it('is denied where Doppler does not take it', async () => {
    const { client } = await connectAs('SecretStore devnet/doppler', 'another-identity');

    expect(await client.read([{ key: 'A' }], never)).toMatchObject([{ kind: 'error', error: { kind: 'denied', message: expect.stringContaining('auth.oidcConfig') } }]);
  });
});

describe('a configuration', () => {
  it.each([
    [{ auth: {} }, 'exactly one of secretRef and oidcConfig'],
    [{ auth: { ...secretAuth.auth, oidcConfig: { identity: 'i', serviceAccountRef: { name: 'a' } } } }, 'exactly one of secretRef and oidcConfig'],
    [{ ...secretAuth, format: 'toml' }, 'format'],
    [{ ...secretAuth, nameTransformer: 'shout' }, 'nameTransformer'],
    [{ ...secretAuth, auth: { oidcConfig: { identity: 'i', serviceAccountRef: { name: 'a' }, expirationSeconds: 10 } } }, 'expirationSeconds'],
  ])('is refused where it is wrong: %j', (config, says) => {
    const parsed = registry.parse({ doppler: config });

    expect(parsed.ok ? 'it was taken' : JSON.stringify(parsed.errors)).toContain(says);
  });

  it('never lets a token go where the certificate is not checked', async () => {
    await expect(connect({}, { environment: new Map([['DOPPLER_VERIFY_TLS', 'false']]) })).rejects.toMatchObject({ kind: 'unsupported' });
  });

  it('takes an address without https:// for one with it', async () => {
    const urls: string[] = [];
    const http = (request: { readonly url: string }): Promise<never> => {
      urls.push(request.url);
      return Promise.reject(new Error('nothing is sent'));
    };
    const client = await connect({}, { environment: new Map([['DOPPLER_BASE_URL', 'doppler.example.com/'], ['DOPPLER_VERIFY_TLS', 'true']]), http });

    await expect(client.read([{ key: 'A' }], never)).rejects.toThrow();
    expect(urls).toEqual(['https://doppler.example.com/v3/configs/config/secrets/download?format=json&project=chain&config=dev']);
  });

  it('tells of a token that cannot be in a header when it connects', async () => {
    await expect(connect({}, { secret: () => Promise.resolve(SecretBytes.fromUtf8('two words')) })).rejects.toMatchObject({ kind: 'invalid', message: expect.not.stringContaining('two words') });
  });
});
