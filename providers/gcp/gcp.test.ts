import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NamePattern, ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import { selectProperty } from '../../src/provider/property.ts';
import { startFaultProxy } from '../../test/support/fault-proxy.ts';
import type { GcpBench } from '../../test/support/gcp-bench.ts';
import { openGcpBench, withGcpKey } from '../../test/support/gcp-bench.ts';

const never = new AbortController().signal;
let bench: GcpBench;

beforeEach(async () => {
  bench = await openGcpBench({ pageSize: 2, secrets: { 'google/other': '{}' } });
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

async function read(config: object, ...refs: readonly RemoteRef[]): Promise<readonly unknown[]> {
  await using client = await bench.connect(config);
  return (await client.read(refs, never)).map(textOf);
}

function textOf(result: ReadResult): unknown {
  if (result.kind === 'value') return [Buffer.from(result.value.reveal()).toString(), result.version];
  return result.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result.kind;
}

function named(source: string): NamePattern {
  const pattern = new RegExp(source);
  return { source, matches: (name) => pattern.test(name) };
}

const fetching = { ...withGcpKey, secretVersionSelectionPolicy: 'LatestOrFetch' };
const disabled = 'of the secret is disabled or destroyed, or its key is (FAILED_PRECONDITION); enable it';

describe('reading secrets of Google', () => {
  it('tells the number of the version, whatever was asked for', async () => {
    for (const value of ['one', 'two']) bench.secretManager.set('a', value);

    expect(await read(withGcpKey, { key: 'a' }, { key: 'a', version: 'latest' }, { key: 'a', version: '1' }, { key: 'a', version: '3' })).toEqual([['two', '2'], ['two', '2'], ['one', '1'], 'absent']);
  });

  it('asks for each version once, and for nothing but it', async () => {
    bench.secretManager.set('a', 'v');
    await read(withGcpKey, { key: 'a' }, { key: 'a' }, { key: 'a', version: '' });

    expect(bench.secretManager.calls).toEqual([{ method: 'AccessSecretVersion', resource: 'projects/project/secrets/a/versions/latest', token: 'ya29.key' }]);
    expect(bench.tokens.seen).toEqual(['POST /token']);
  });

  it('keeps the secrets of a region apart from those of none', async () => {
    bench.secretManager.set('a', 'of no region');
    bench.secretManager.set('a', 'of the region', { location: 'europe-west1' });

    expect(await read({ ...withGcpKey, location: 'europe-west1' }, { key: 'a' })).toEqual([['of the region', '1']]);
    expect(await read({ ...withGcpKey, location: '' }, { key: 'a' })).toEqual([['of no region', '1']]);
  });

  it.each(['DISABLED', 'DESTROYED'] as const)('says that a version is not readable that is %s, and never that it is absent', async (state) => {
    for (const value of ['one', 'two']) bench.secretManager.set('a', value);
    bench.secretManager.setState('a', 2, state);

    expect(await read(withGcpKey, { key: 'a' }, { key: 'a', version: '2' }, { key: 'a', version: '1' })).toEqual([
      `invalid: the latest version ${disabled}, or let secretVersionSelectionPolicy: LatestOrFetch take the newest that is enabled`,
      `invalid: version 2 ${disabled}`,
      ['one', '1'],
    ]);
  });

  it.each([undefined, 'europe-west1'])('takes the newest version that is enabled, where it is told to (location %s)', async (location) => {
    const at = location === undefined ? {} : { location };
    for (const value of ['1', '2', '3', '4', '5', '6']) bench.secretManager.set('a', value, at);
    for (const version of [2, 5, 6]) bench.secretManager.setState('a', version, 'DISABLED', location);

    expect(await read({ ...fetching, ...at }, { key: 'a' }, { key: 'a', version: 'latest' })).toEqual([['4', '4'], `invalid: version latest ${disabled}`]);
    // three that are enabled, on pages of two
    expect(bench.secretManager.count('ListSecretVersions')).toBe(2);
  });

  it('says so where no version is enabled', async () => {
    bench.secretManager.set('a', 'v');
    bench.secretManager.setState('a', 1, 'DESTROYED');

    expect(await read(fetching, { key: 'a' }, { key: 'b' })).toEqual(['invalid: no version of the secret is enabled', 'absent']);
  });

  it('picks labels and annotations by their names, dots and all', async () => {
    bench.secretManager.set('a', 'canary', { labels: { team: 'chain' }, annotations: { 'example.com/owner': 'me' } });
    bench.secretManager.set('b', 'canary');
    await using client = await bench.connect();
    const [a, b] = await client.read([{ key: 'a', metadata: true }, { key: 'b', metadata: true }], never);
    const values = [a, b].map((result) => (result?.kind === 'value' ? result.value : undefined));
    const pick = (property: string): string | undefined => {
      const found = values[0] === undefined ? undefined : selectProperty(values[0], property, 'literal-first');
      return found === undefined ? undefined : Buffer.from(found.reveal()).toString();
    };

    expect(values.map((value) => Buffer.from(value?.reveal() ?? []).toString())).toEqual(['{"annotations":{"example.com/owner":"me"},"labels":{"team":"chain"}}', '{"annotations":{},"labels":{}}']);
    expect([pick('annotations.example.com/owner'), pick('labels.team'), pick('labels'), pick('labels.other')]).toEqual(['me', 'chain', '{"team":"chain"}', undefined]);
    expect(bench.secretManager.calls.map(({ method }) => method)).toEqual(['GetSecret', 'GetSecret']);
  });

  it.each(['', 'a/b', '../a', 'a/versions/1', 'projects/other/secrets/a', 'ä', 'a'.repeat(256)])('asks nobody for a key that is no name of a secret: %j', async (key) => {
    expect(await read(withGcpKey, { key })).toEqual(['invalid: the key cannot be the name of a secret: 1 to 255 letters, digits, - and _']);
    expect(await read(withGcpKey, { key: 'a', version: '../../b' })).toEqual(['invalid: the version must be a number, latest, or an alias: 1 to 63 letters, digits, - and _']);
    expect(bench.secretManager.calls).toEqual([]);
  });

  it('takes no value that is another than was sent', async () => {
    bench.secretManager.set('a', 'v');
    bench.secretManager.behave('garbled');

    expect(await read(withGcpKey, { key: 'a' }, { key: 'a', metadata: true })).toEqual(['unavailable: Google Secret Manager sends a value that does not have the checksum that it says', 'unavailable: Google Secret Manager answers with something else than a secret']);
  });
});

describe('what Google refuses', () => {
  const access = 'Google Secret Manager denies secretmanager.versions.access to the identity of auth; grant it on the secret or on the project, and check projectID and location';

  it.each([
    ['forbidding', `denied: ${access} (PERMISSION_DENIED, IAM_PERMISSION_DENIED)`],
    ['down', 'unavailable: Google Secret Manager is not available (UNAVAILABLE)'],
    ['throttling', 'throttled: Google Secret Manager asks to slow down (RESOURCE_EXHAUSTED, RATE_LIMIT_EXCEEDED)'],
  ] as const)('is told in our words, and tried once (%s)', async (mood, message) => {
    bench.secretManager.behave(mood);

    expect(await read(withGcpKey, { key: 'a' })).toEqual([message]);
    expect(bench.secretManager.count()).toBe(1);
  });

  it('is waited for as long as it says', async () => {
    bench.secretManager.behave('throttling');
    await using client = await bench.connect();
    const [result] = await client.read([{ key: 'a' }], never);

    expect(result).toMatchObject({ kind: 'error', error: { kind: 'throttled', retryAfter: 2000 } });
    expect(inspect(result, { depth: 9, showHidden: true })).not.toContain('unquotable');
  });

  it('is some of many, where they are too many', async () => {
    bench.secretManager.limit(5);
    for (let index = 0; index < 20; index += 1) bench.secretManager.set(`s${index}`, 'v');
    await using client = await bench.connect();
    const results = await client.read(Array.from({ length: 20 }, (_, index) => ({ key: `s${index}` })), never);

    expect(results.filter(({ kind }) => kind === 'value').length).toBeGreaterThanOrEqual(5);
    expect(results.filter((result) => result.kind === 'error' && result.error.kind === 'throttled').length).toBeGreaterThan(0);
  });

  it('is another project, and another region', async () => {
    expect(await read({ ...withGcpKey, projectID: 'other' }, { key: 'a' })).toEqual([`denied: ${access} (PERMISSION_DENIED, CONSUMER_INVALID)`]);
    expect(await read({ ...withGcpKey, location: 'us-central1' }, { key: 'a' })).toEqual(['invalid: Google Secret Manager refuses the request; check projectID, location, key and version (INVALID_ARGUMENT)']);
  });

  it('is no token that is not good any more: another is got, and the call is made again', async () => {
    bench.secretManager.set('a', 'v');
    let isRevoked = false;
    const http: typeof bench.http = (request, signal) => {
      if (isRevoked) bench.secretManager.allowToken('ya29.key');
      return bench.http(request, signal);
    };
    await using client = await bench.connect(withGcpKey, { http });
    await client.read([{ key: 'a' }], never);
    bench.secretManager.revokeTokens();
    isRevoked = true;

    expect((await client.read([{ key: 'a' }], never)).map(textOf)).toEqual([['v', '1']]);
    expect(bench.tokens.seen).toEqual(['POST /token', 'POST /token']);
  });

  it('is a token in whose place another is got that is not good either, and not asked for each time', async () => {
    bench.secretManager.set('a', 'v');
    await using client = await bench.connect();
    await client.read([{ key: 'a' }], never);
    bench.secretManager.revokeTokens();
    expect((await client.read([{ key: 'a' }], never)).map(textOf)).toEqual(['denied: Google Secret Manager refuses the token of the identity; check auth (UNAUTHENTICATED, ACCESS_TOKEN_EXPIRED)']);
    bench.secretManager.allowToken('ya29.key');

    expect((await client.read([{ key: 'a' }], never)).map(textOf)).toEqual([['v', '1']]);
    expect(bench.tokens.seen).toEqual(['POST /token', 'POST /token']);
  });
});

describe('a connection', () => {
  it('of one identity does not wait for that of another', async () => {
    bench.secretManager.set('a', 'v');
    bench.secretManager.hangFor('ya29.federated');
    const federation = { serviceAccountRef: { name: 'app' }, audience: '//iam.example/cluster' };
    await using stuck = await bench.connect({ projectID: 'project', auth: { workloadIdentityFederation: federation } });
    await using served = await bench.connect();
    const controller = new AbortController();
    // more than one HTTP/2 connection takes side by side
    const waiting = Array.from({ length: 150 }, (_, index) => stuck.read([{ key: `a${index}` }], controller.signal).catch((error: unknown) => error));
    await expect.poll(() => bench.secretManager.calls.length).toBeGreaterThan(50);

    expect((await served.read([{ key: 'a' }], never)).map(textOf)).toEqual([['v', '1']]);
    controller.abort('enough');
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['enough']));
  });

  it('whose client nobody answers a token is not waited for by others', async () => {
    bench.secretManager.set('a', 'v');
    await using stuck = await bench.connect(withGcpKey, { http: () => new Promise(() => {}) });
    await using served = await bench.connect();
    const controller = new AbortController();
    const waiting = stuck.read([{ key: 'a' }], controller.signal);

    expect((await served.read([{ key: 'a' }], never)).map(textOf)).toEqual([['v', '1']]);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
  });

  it('that breaks says so, and is made anew', async () => {
    bench.secretManager.set('a', 'v');
    await using proxy = await proxied(bench);
    await using client = await proxy.connect();
    expect((await client.read([{ key: 'a' }], never)).map(textOf)).toEqual([['v', '1']]);
    bench.secretManager.behave('hanging');
    const broken = client.read([{ key: 'a' }], never);
    await expect.poll(() => bench.secretManager.count()).toBe(2);
    proxy.cut();

    expect((await broken).map(textOf)).toEqual(['unavailable: Google Secret Manager is not available (UNAVAILABLE)']);
    expect(bench.secretManager.count()).toBe(2);
    bench.secretManager.behave('well');
    await expect.poll(async () => (await client.read([{ key: 'a' }], never)).map(textOf), { timeout: 10_000 }).toEqual([['v', '1']]);
  });

  it.each([
    ['is no TLS', 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>unquotable</html>'],
    ['says nothing', ''],
  ])('to what %s is none', async (_, answer) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = typeof address === 'object' && address !== null ? `https://localhost:${address.port}` : '';
    await using client = await bench.connect(withGcpKey, { environment: new Map([['GCP_SECRETMANAGER_ENDPOINT', url]]) });

    expect((await client.read([{ key: 'a' }], never)).map(textOf)).toEqual(['unavailable: Google Secret Manager is not available (UNAVAILABLE)']);
    server.close();
  });

  it('is not made to what no authority vouches for, nor by a strange address', async () => {
    await using client = await bench.connect(withGcpKey, { environment: new Map([['GCP_SECRETMANAGER_ENDPOINT', bench.secretManager.url]]) });

    expect((await client.read([{ key: 'a' }], never)).map(textOf)).toEqual(['unavailable: Google Secret Manager is not available (UNAVAILABLE)']);
    expect(bench.secretManager.calls).toEqual([]);
    await expect(bench.connect(withGcpKey, { environment: new Map([['GCP_SECRETMANAGER_ENDPOINT', 'ftp://x']]) })).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('finding secrets of Google', () => {
  beforeEach(() => {
    for (const location of [undefined, 'europe-west1']) {
      const at = location === undefined ? {} : { location };
      for (const [id, team] of [['net-a', 'chain'], ['net-b', 'chain'], ['net-c', 'web'], ['other', 'chain'], ['subnet-a', 'chain']] as const) {
        bench.secretManager.set(id, `${id} ${location ?? ''}`, { ...at, labels: { team, note: '' } });
      }
    }
  });

  async function keys(client: ProviderClient, query: Parameters<NonNullable<ProviderClient['find']>>[0]): Promise<unknown> {
    const found = (await client.find?.(query, never)) ?? [];
    return found.map(({ key, value, version }) => [key, Buffer.from(value.reveal()).toString(), version]);
  }

  it.each(['', 'europe-west1'])('takes what satisfies all of the query, in the place of the store (location %j)', async (location) => {
    await using client = await bench.connect({ ...withGcpKey, location });

    expect(await keys(client, { name: named('-[ac]$'), tags: { team: 'chain', note: '' }, path: 'net' })).toEqual([['net-a', `net-a ${location}`, '1']]);
    // of the four with these labels and a name that holds the path, on pages of two; one value is read
    expect([bench.secretManager.count('ListSecrets'), bench.secretManager.count('AccessSecretVersion')]).toEqual([2, 1]);
  });

  it('lets one that cannot be read fail it, and leaves out one that has no value', async () => {
    bench.secretManager.setState('net-b', 1, 'DISABLED');
    await using client = await bench.connect();
    bench.secretManager.make('hollow');

    await expect(client.find?.({ path: 'net-' }, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('secret net-b: the latest version of the secret is disabled') });
    expect(await keys(client, { name: named('^hollow$') })).toEqual([]);
  });

  it.each([{ tags: { Team: 'chain' } }, { tags: { team: 'a b' } }, { tags: { 'team=web labels.x': 'y' } }, { path: 'a/b' }, { path: 'a OR name:b' }])('asks nobody for what nothing can have: %j', async (query) => {
    await using client = await bench.connect();

    await expect(client.find?.(query, never)).rejects.toMatchObject({ name: 'ProviderError', kind: 'invalid' });
    expect(bench.secretManager.calls).toEqual([]);
  });
});

async function proxied({ secretManager, connect }: GcpBench) {
  const proxy = await startFaultProxy(secretManager.url);
  const url = proxy.url.replace('127.0.0.1', 'localhost');
  return {
    cut: proxy.cut,
    connect: () => connect(withGcpKey, { environment: new Map([['GCP_SECRETMANAGER_ENDPOINT', url], ['GCP_SECRETMANAGER_ENDPOINT_CA', secretManager.ca]]) }),
    [Symbol.asyncDispose]: proxy.close,
  };
}
