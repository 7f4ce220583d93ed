import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProviderClient, ReadResult, RemoteRef } from '../../src/provider/contract.ts';
import type { HttpClient } from '../../src/lib/http.ts';
import type { SecretBytes } from '../../src/lib/secret-bytes.ts';
import { extractMap, selectProperty } from '../../src/provider/property.ts';
import { azureCertificate } from '../../test/support/azure-certificate.ts';
import { connectAzure } from '../../test/support/azure-store.ts';
import { type AzureVault, startAzureVault, type VaultMood } from '../../test/support/azure-vault.ts';
import { azurekv } from './index.ts';

const never = new AbortController().signal;

let vault: AzureVault;
let client: ProviderClient;

beforeEach(async () => {
  vault = await startAzureVault();
  client = await connectAzure(vault);
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await vault.close();
});

function textOf(value: SecretBytes | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value.reveal()).toString('utf8');
}

function told(result: ReadResult | undefined): string | undefined {
  if (result?.kind === 'value') return textOf(result.value);
  return result?.kind === 'error' ? `${result.error.kind}: ${result.error.message}` : result?.kind;
}

async function read(...refs: readonly (RemoteRef | string)[]): Promise<readonly (string | undefined)[]> {
  return (await client.read(refs.map((ref) => (typeof ref === 'string' ? { key: ref } : ref)), never)).map(told);
}

async function valueOf(ref: RemoteRef): Promise<SecretBytes> {
  const [result] = await client.read([ref], never);
  if (result?.kind !== 'value') throw new Error(`${ref.key} is not there`);
  return result.value;
}

const publicKey = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' };

describe('an object of a vault', () => {
  it('is a secret, with or without the word before its name; what follows another slash is dropped', async () => {
    vault.objects.add('secrets', 'password', { value: 'hunter2' });

    expect(await read('password', 'secret/password', 'secret/password/rest', 'PASSWORD')).toEqual(['hunter2', 'hunter2', 'hunter2', 'hunter2']);
  });

  it('is a key, as a JSON Web Key whose members are properties', async () => {
    const version = vault.objects.add('keys', 'signer', { ...publicKey, key_ops: ['sign', 'verify'] });
    const key = await valueOf({ key: 'key/signer' });

    expect(textOf(key)).toBe(`{"kid":"${vault.vaultUrl}/keys/signer/${version}","kty":"EC","key_ops":["sign","verify"],"crv":"P-256","x":"${publicKey.x}","y":"${publicKey.y}"}`);
    expect(textOf(selectProperty(key, 'key_ops.1', azurekv.propertyLookup))).toBe('verify');
  });

  it('is a certificate, DER', async () => {
    const der = Buffer.from(azureCertificate.cert.split('\n').slice(1, -2).join(''), 'base64');
    vault.objects.add('certificates', 'tls', { cer: der.toString('base64') });

    expect(Buffer.from((await valueOf({ key: 'cert/tls' })).reveal()).equals(der)).toBe(true);
  });

  it.each([['keys', 'key/it', publicKey], ['certificates', 'cert/it', { cer: 'AAEC' }], ['secrets', 'it', { value: 'old' }]] as const)('has versions among the %s, too', async (collection, key, content) => {
    const first = vault.objects.add(collection, 'it', content);
    const second = vault.objects.add(collection, 'it', content);
    const results = await client.read([{ key }, { key, version: first }, { key, version: 'f'.repeat(32) }], never);

    expect(results.map((result) => (result.kind === 'value' ? result.version : result.kind))).toEqual([second, first, 'absent']);
  });

  it.each([
    ['token/it', 'invalid: the key must be NAME, secret/NAME, key/NAME or cert/NAME'],
    ['', 'invalid: the key is no name of an object of a vault: 1 to 127 letters, digits and "-"'],
    ['a/../b', 'invalid: the key must be NAME, secret/NAME, key/NAME or cert/NAME'],
    ['secret/..', 'invalid: the key is no name of an object of a vault: 1 to 127 letters, digits and "-"'],
  ])('is not named %j', async (key, message) => {
    expect(await read(key)).toEqual([message]);
    expect(await read({ key: 'a', version: '../b' })).toEqual(['invalid: the version is none of a vault: 32 letters and digits']);
    expect(vault.calls()).toBe(0);
  });

  it('is asked for once, whatever is wanted of it', async () => {
    vault.objects.add('secrets', 'once', { value: 'v' }, { tags: { a: 'b' } });

    await read('once', { key: 'once', metadata: true }, 'once');

    expect(vault.calls()).toBe(1);
  });

  it('that is disabled is denied, and never absent', async () => {
    vault.objects.add('secrets', 'off', { value: 'canary' }, { enabled: false });

    expect(await read('off')).toEqual(['denied: the object or version is disabled (SecretDisabled); enable it in the vault']);
  });
});

describe('the properties of a secret', () => {
  it('are found by their path, and by their name with dots where it leads nowhere', async () => {
    vault.objects.add('secrets', 'json', { value: '{"a":{"b":"path"},"a.b":"literal","c.d":"only literal"}' });
    const value = await valueOf({ key: 'json' });

    expect(['a.b', 'c.d', 'e.f'].map((property) => textOf(selectProperty(value, property, azurekv.propertyLookup)))).toEqual(['path', 'only literal', undefined]);
  });
});

describe('the metadata of a secret', () => {
  beforeEach(() => {
    vault.objects.now = 1_700_000_000;
    vault.objects.add('secrets', 'tagged', { value: 'canary' }, { tags: { team: 'chain', 'a.b': 'dotted', json: '{"x":"1","y":"2"}' }, exp: 1_800_000_000, nbf: 1_600_000_000 });
  });

  it('are its tags and times', async () => {
    const metadata = await valueOf({ key: 'tagged', metadata: true });

    expect(JSON.parse(textOf(metadata) ?? '')).toEqual({
      team: 'chain', 'a.b': 'dotted', json: '{"x":"1","y":"2"}',
      'attribute.created': '2023-11-14T22:13:20Z', 'attribute.updated': '2023-11-14T22:13:20Z', 'attribute.expires': '2027-01-15T08:00:00Z', 'attribute.notBefore': '2020-09-13T12:26:40Z',
    });
    expect(['team', 'a.b', 'json.y', 'attribute.expires', 'none'].map((property) => textOf(selectProperty(metadata, property, azurekv.propertyLookup)))).toEqual(['chain', 'dotted', '2', '2027-01-15T08:00:00Z', undefined]);
  });

  it('are extracted as tags, with the name of the secret before them', async () => {
    const extracted = extractMap(await valueOf({ key: 'secret/tagged', metadata: true }));

    expect(Object.fromEntries([...extracted].map(([name, text]) => [name, textOf(text)]))).toEqual({ tagged_team: 'chain', 'tagged_a.b': 'dotted', tagged_json_x: '1', tagged_json_y: '2' });
  });
});

describe('a search', () => {
  it('leaves out what is disabled, and what was removed meanwhile', async () => {
    for (const name of ['a', 'b']) vault.objects.add('secrets', name, { value: name });
    vault.objects.add('secrets', 'off', { value: 'v' }, { enabled: false });

    expect((await client.find?.({}, never))?.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('fails where it may not list, or may not read what it found', async () => {
    vault.objects.add('secrets', 'a', { value: 'v' });
    vault.api.denied.add('get a');
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'denied' });
    vault.api.denied.add('list');
    await expect(client.find?.({}, never)).rejects.toMatchObject({ kind: 'denied', message: 'Azure Key Vault denies it (ForbiddenByRbac); give the identity a role on the vault, like Key Vault Secrets User' });
  });

  it('ends with its signal on any page', async () => {
    for (let index = 0; index < 60; index += 1) vault.objects.add('secrets', `s-${index}`, { value: 'v' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const http: HttpClient = (request, signal) => {
      if (!request.url.includes('skiptoken')) return vault.http(request, signal);
      vault.behave('hanging');
      setTimeout(() => controller.abort(reason), 20);
      return vault.http(request, signal);
    };
    await using watched = await connectAzure(vault, { context: { http } });

    await expect(watched.find?.({}, controller.signal)).rejects.toBe(reason);
  });

  it.each([
    ['has no end', (page: number): object => ({ value: [], nextLink: `${vault.vaultUrl}/secrets?api-version=7.5&$skiptoken=${page}` }), /more than 1000 pages/],
    ['has more names than are read', (page: number): object => ({ value: Array.from({ length: 2_500 }, (_, index) => ({ id: `${vault.vaultUrl}/secrets/s-${page}-${index}`, attributes: { enabled: true } })), nextLink: `${vault.vaultUrl}/secrets?api-version=7.5&$skiptoken=${page}` }), /more than 20000 secrets/],
    ['has names that no secret has', (): object => ({ value: [{ id: `${vault.vaultUrl}/secrets/${'s'.repeat(128)}`, attributes: { enabled: true } }], nextLink: null }), /does not answer as Azure Key Vault does/],
  ])('is not led through a list that %s', async (_, answerTo, message) => {
    let pages = 0;
    const http: HttpClient = async (request, signal) => {
      const answer = await vault.http(request, signal);
      if (answer.status !== 200 || !request.url.includes('/secrets?')) return answer;
      pages += 1;
      return { ...answer, body: Buffer.from(JSON.stringify(answerTo(pages))) };
    };
    await using led = await connectAzure(vault, { context: { http } });

    await expect(led.find?.({}, never)).rejects.toMatchObject({ message: expect.stringMatching(message) });
    expect(pages).toBeLessThanOrEqual(1_001);
  }, 20_000);

  it('does not follow a list to another host, which would get the token', async () => {
    for (let index = 0; index < 30; index += 1) vault.objects.add('secrets', `s-${index}`, { value: 'v' });
    const asked: string[] = [];
    const http: HttpClient = async (request, signal) => {
      asked.push(new URL(request.url).host);
      const answer = await vault.http(request, signal);
      return { ...answer, body: Buffer.from(Buffer.from(answer.body).toString('utf8').replace(/"nextLink":"https:\/\/[^/]+/, '"nextLink":"https://evil.vault.azure.net')) };
    };
    await using led = await connectAzure(vault, { context: { http } });

    await expect(led.find?.({}, never)).rejects.toMatchObject({ kind: 'unavailable', message: 'the vault leads to another host, which is not followed' });
    expect(asked).not.toContain('evil.vault.azure.net');
  });
});

describe('a vault', () => {
  it.each<readonly [VaultMood, string]>([
    ['down', 'unavailable: Azure Key Vault is not available (HTTP 503)'],
    ['empty-503', 'unavailable: Azure Key Vault is not available (HTTP 503)'],
    ['garbled', 'unavailable: the vault does not answer as Azure Key Vault does'],
    ['garbled-json', 'unavailable: the vault does not answer as Azure Key Vault does'],
    ['proxied-404', 'unavailable: the vault does not answer as Azure Key Vault does (HTTP 404)'],
    ['redirecting', 'invalid: Azure Key Vault answers with a redirect (HTTP 302), which is not followed; name the address itself'],
  ])('that is %s gives each reference one clear error, and never absent', async (mood, message) => {
    vault.behave(mood);
    const results = await client.read([{ key: 'a' }, { key: 'key/a' }, { key: 'cert/a' }], never);

    expect(results.map(told)).toEqual([message, message, message]);
    expect(inspect(results, { depth: 9, showHidden: true })).not.toContain('unquotable');
  });

  it('that breaks connections is not available', async () => {
    vault.behave('resetting');

    expect(await read('a')).toEqual([expect.stringMatching(/^unavailable: Azure Key Vault: .* cannot be reached/)]);
  });

  it.each([[{ perSecond: 0 }, undefined], [{ perSecond: 0, retryAfter: 3 }, 3000]] as const)('that throttles with %j is told apart, and its wish is kept', async (limit, retryAfter) => {
    vault.throttle(limit);
    const [result] = await client.read([{ key: 'a' }], never);

    expect(result).toMatchObject({ kind: 'error', error: { kind: 'throttled', retryAfter } });
    expect(vault.calls('throttled')).toBe(1);
  });

  it('is asked once which token it wants, however many calls begin at once', async () => {
    const refs = Array.from({ length: 20 }, (_, index) => ({ key: `s-${index}` }));
    for (const { key } of refs) vault.objects.add('secrets', key, { value: key });

    expect(await read(...refs)).toEqual(refs.map(({ key }) => key));
    expect([vault.calls('challenge'), vault.calls('token'), vault.calls('GetSecret')]).toEqual([1, 1, 20]);
  });

  it('tells how many calls it takes', () => {
    expect([client.rate, client.batchSize]).toEqual([{ perSecond: 400, burst: 400 }, 1]);
  });
});
