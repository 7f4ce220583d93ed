import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NamePattern, ProviderClient, ReadResult } from '../../src/provider/contract.ts';
import { createRegistry, erase } from '../../src/provider/registry.ts';
import { httpServiceContract } from '../../test/contract/http-service.contract.ts';
import { createAuthority } from '../../test/support/certificate.ts';
import type { GitlabServer } from '../../test/support/gitlab-server.ts';
import { gitlabToken, startGitlabServer } from '../../test/support/gitlab-server.ts';
import { startMoodyServer } from '../../test/support/moody-server.ts';
import { serviceContext } from '../../test/support/service-context.ts';
import { gitlab } from './index.ts';

const never = new AbortController().signal;
const registry = createRegistry([erase(gitlab)]);
const auth = { SecretRef: { accessToken: { name: 'creds', key: 'token' } } };

let server: GitlabServer;
let closes: (() => Promise<void>)[];

beforeEach(async () => {
  server = await startGitlabServer();
  closes = [server.close];
});

afterEach(async () => {
  for (const close of closes) await close();
});

async function connect(config: object = { projectID: '7' }): Promise<ProviderClient> {
  const { context, close } = serviceContext({ secrets: { creds: { token: `${gitlabToken}\n` } } });
  closes.push(close);
  return registry.configure({ gitlab: { url: `${server.url}/`, auth, ...config } }).connect(context, never);
}

const told = (result: ReadResult): string => (result.kind === 'value' ? Buffer.from(result.value.reveal()).toString('utf8') : result.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result.kind);
const named = (source: string): NamePattern => ({ source, matches: (name) => new RegExp(source).test(name) });

async function read(client: ProviderClient, ...keys: readonly string[]): Promise<readonly string[]> {
  return (await client.read(keys.map((key) => ({ key })), never)).map(told);
}

async function found(client: ProviderClient, query: Parameters<NonNullable<ProviderClient['find']>>[0]): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries(((await client.find?.(query, never)) ?? []).map(({ key, value }) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

httpServiceContract('gitlab', async () => {
  server.set('A', 'canary-a');
  server.set('B', 'canary-b');
  return { connect, keys: ['A', 'B', 'NONE'], behave: server.behave, requests: server.requests, values: ['canary-a', 'canary-b', gitlabToken], close: async () => {} };
});

describe('the environment of a store', () => {
  beforeEach(() => {
    server.set('A', 'for all');
    server.set('A', 'for dev', { scope: 'dev' });
    server.set('B', 'for all');
    server.set('C', 'for main', { scope: 'main' });
  });

  // of one by its name, of several by the list: both mean the same
  it.each([
    [{ environment: 'dev' }, ['for dev', 'for all', 'absent']],
    [{ environment: 'main' }, ['for all', 'for all', 'for main']],
    [{ environment: '*' }, ['for all', 'for all', 'absent']],
  ])('decides which variable is meant: %j', async (config, expected) => {
    await using client = await connect({ projectID: '7', ...config });

    expect(await read(client, 'A', 'B', 'C')).toEqual(expected);
    expect([await read(client, 'A'), await read(client, 'B'), await read(client, 'C')].flat()).toEqual(expected);
  });

  it('is needed where a variable is there several times', async () => {
    await using client = await connect();
    const ambiguous = 'invalid: there are several variables A with different environment scopes; set environment in the store';

    expect(await read(client, 'A', 'B', 'C')).toEqual([ambiguous, 'for all', 'for main']);
    expect(await read(client, 'A')).toEqual([ambiguous]);
  });
});

describe('groups', () => {
  beforeEach(() => {
    server.set('PROJECT', 'of the project');
    for (const owner of ['groups/11', 'groups/12']) server.set('PROJECT', `of ${owner}`, { owner });
    for (const owner of ['groups/11', 'groups/12']) server.set('BOTH', `of ${owner}`, { owner });
    server.set('FAR', 'of groups/11', { owner: 'groups/11' });
  });

  it.each([
    [{ projectID: '7', inheritFromGroups: true }, ['of the project', 'of groups/12', 'of groups/11', 'absent']],
    [{ projectID: '7', groupIDs: ['11', '12'] }, ['of the project', 'of groups/12', 'of groups/11', 'absent']],
    [{ projectID: '7', groupIDs: ['12', '11'] }, ['of the project', 'of groups/11', 'of groups/11', 'absent']],
    [{ groupIDs: ['11'] }, ['of groups/11', 'of groups/11', 'of groups/11', 'absent']],
  ])('count after the project, the nearest first: %j', async (config, expected) => {
    await using client = await connect(config);

    expect(await read(client, 'PROJECT', 'BOTH', 'FAR', 'NONE')).toEqual(expected);
    expect([await read(client, 'PROJECT'), await read(client, 'BOTH'), await read(client, 'FAR'), await read(client, 'NONE')].flat()).toEqual(expected);
    expect(await found(client, {})).toMatchObject({ PROJECT: expected[0], BOTH: expected[1], FAR: expected[2] });
  });

  it('are not asked where the project has all', async () => {
    server.set('OTHER', 'o');
    await using client = await connect({ projectID: '7', inheritFromGroups: true });

    expect(await read(client, 'PROJECT', 'OTHER')).toEqual(['of the project', 'o']);
    expect(server.seen).toEqual(['GET /projects/7/variables page 1']);
  });

  it('that refuse fail what none before them has, and nothing else', async () => {
    server.forbid('groups/12');
    await using client = await connect({ projectID: '7', inheritFromGroups: true });

    expect(await read(client, 'PROJECT', 'FAR')).toEqual(['of the project', expect.stringMatching(/^denied: .*group 12/)]);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'denied' });
    await expect(client.validate?.(never)).rejects.toMatchObject({ kind: 'denied' });
  });
});

describe('reading', () => {
  it('takes a hyphen for an underscore', async () => {
    server.set('DB_USER', 'u');
    await using client = await connect();

    expect(await read(client, 'DB-USER', 'DB_USER')).toEqual(['u', 'u']);
    expect(server.seen).toEqual(['GET /projects/7/variables/DB_USER']);
  });

  it('costs a list of a hundred to a call for any number of variables', async () => {
    const keys = Array.from({ length: 250 }, (_, index) => `KEY_${index}`);
    for (const key of keys) server.set(key, key);
    await using client = await connect();

    expect(await read(client, ...keys)).toEqual(keys);
    expect(server.seen).toEqual([1, 2, 3].map((page) => `GET /projects/7/variables page ${page}`));
  });

  it('believes a list of several pages only where GitLab says the same of the one variable', async () => {
    for (let index = 0; index < 250; index += 1) server.set(`KEY_${index}`, 'v');
    // what is deleted on the first page moves another from the second to the first, behind the reader's back
    server.onPage((page) => {
      if (page !== 1) return;
      server.onPage(undefined);
      server.take('KEY_0');
      server.set('NEW', 'n');
    });
    await using client = await connect();

    expect(await read(client, 'KEY_100', 'KEY_249', 'NONE')).toEqual(['v', 'v', 'absent']);
    expect(server.seen.slice(3)).toEqual(['GET /projects/7/variables/KEY_100', 'GET /projects/7/variables/NONE']);
  });

  it('begins a list anew that has become shorter while it was read, and gives up where it always does', async () => {
    for (let index = 0; index < 150; index += 1) server.set(`KEY_${index}`, 'v');
    let taken = 0;
    server.onPage((page) => {
      if (page === 1 && taken < 1) server.take(`KEY_${taken++}`);
    });
    await using client = await connect();
    expect(Object.keys(await found(client, { name: named('^KEY_') }))).toHaveLength(149);

    server.onPage((page) => {
      if (page === 1) server.take(`KEY_${taken++}`);
    });
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('says of a hidden variable that it is', async () => {
    server.set('A', 'v');
    server.hide('A');
    await using client = await connect();

    expect(await read(client, 'A')).toEqual([expect.stringMatching(/^denied: .*hidden/)]);
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'denied' });
    expect(await found(client, { name: named('^B$') })).toEqual({});
  });

  it('never takes a project that is not shown for one without variables', async () => {
    await using client = await connect({ projectID: 'acme/gone' });

    expect(await read(client, 'A')).toEqual([expect.stringMatching(/^denied: .*acme\/gone/)]);
    expect(await read(client, 'A', 'B')).toEqual([expect.stringMatching(/^denied: /), expect.stringMatching(/^denied: /)]);
  });
});

describe('searching', () => {
  it('takes the variables of an environment before those for all, and of all environments where none is said', async () => {
    server.set('A', 'dev', { scope: 'dev' });
    server.set('A', 'all');
    server.set('B', 'main', { scope: 'main' });
    await using client = await connect();
    await using dev = await connect({ projectID: '7', environment: 'dev' });

    expect(await found(client, {})).toEqual({ A: 'dev', B: 'main' });
    expect(await found(client, { tags: { environment_scope: 'main' } })).toEqual({ A: 'all', B: 'main' });
    expect(await found(dev, {})).toEqual({ A: 'dev' });
    await expect(dev.find?.({ tags: { environment_scope: 'main' } }, never)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

describe('a server that answers without end', () => {
  it('is not read to the end: a search and a batch have 32 MiB', async () => {
    const value = 'x'.repeat(10_000);
    let pages = 0;
    const endless = await startMoodyServer(({ query }) => {
      pages += 1;
      return { headers: { 'x-next-page': String(Number(query.get('page')) + 1) }, body: Array.from({ length: 300 }, (_, index) => ({ key: `KEY_${pages}_${index}`, value, environment_scope: '*' })) };
    });
    closes.push(endless.close);
    await using client = await connect({ url: endless.url, projectID: '7' });

    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('32 MiB') });
    expect(await read(client, 'A', 'B')).toEqual([expect.stringMatching(/^invalid: .*32 MiB/), expect.stringMatching(/^invalid: .*32 MiB/)]);
    expect(pages).toBeLessThan(30);
  }, 20_000);

  it('gives a variable of no more than a mebibyte', async () => {
    const large = await startMoodyServer(() => ({ body: { key: 'A', value: 'x'.repeat(1024 * 1024), environment_scope: '*' } }));
    closes.push(large.close);
    await using client = await connect({ url: large.url, projectID: '7' });

    expect(await read(client, 'A')).toEqual([expect.stringMatching(/^invalid: .*1 MiB/)]);
  });
});

describe('a configuration', () => {
  it.each([
    [{ auth }, 'needs projectID or groupIDs'],
    [{ auth, projectID: '1', inheritFromGroups: true, groupIDs: ['2'] }, 'not both'],
    [{ auth, groupIDs: ['2'], inheritFromGroups: true }, 'not both'],
    [{ auth: { secretRef: auth.SecretRef }, projectID: '1' }, 'SecretRef'],
    [{ auth, projectID: '1', url: 'gitlab.example.com' }, 'must be a URL'],
  ])('is refused where it is wrong: %j', (config, says) => {
    const parsed = registry.parse({ gitlab: config });

    expect(parsed.ok ? 'it was taken' : JSON.stringify(parsed.errors)).toContain(says);
  });

  it('may name the authority of the certificate', async () => {
    const authority = createAuthority('gitlab');
    const secure = await startMoodyServer(() => ({ body: { key: 'A', value: 'v', environment_scope: '*' } }), { ca: authority.cert, ...authority.issue({ commonName: 'server', hosts: ['127.0.0.1'] }) });
    closes.push(secure.close);
    await using trusting = await connect({ url: secure.url, projectID: '7', caBundle: Buffer.from(authority.cert).toString('base64') });
    await using wary = await connect({ url: secure.url, projectID: '7' });

    expect(await read(trusting, 'A')).toEqual(['v']);
    expect(await read(wary, 'A')).toEqual([expect.stringMatching(/^unavailable: .*certificate/)]);
  });
});
