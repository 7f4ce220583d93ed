import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delivery, noticeContext } from '../../test/support/events-delivery.ts';
import { createIssuer } from '../../test/support/events-issuer.ts';
import { type Network, startNetwork } from '../../test/support/events-network.ts';
import type { PushedSource, Received } from '../../src/provider/notice-source.ts';
import { eventGridFormat } from './events-grid.ts';
import { placeOfAzure } from './events-place.ts';

const { signal } = new AbortController();
const tenant = '11111111-2222-3333-4444-555555555555';
const entra = createIssuer();
let network: Network;
beforeAll(async () => {
  network = await startNetwork();
  network.answers.set(`https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`, () => ({ body: entra.keySet }));
});
afterAll(() => network[Symbol.asyncDispose]());

const topic = '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/Acme-Testnets';
const secret = 'a-secret-of-the-address';
const withSecret = { vaults: ['acme-testnets'], secret: { key: 'grid' } };
const withBearer = { vaults: ['acme-testnets'], bearer: { tenant, audience: 'api://prelude' } };

function open(config: unknown = withSecret): PushedSource {
  const source = eventGridFormat.open(eventGridFormat.schema.parse(config), noticeContext(network.http, { grid: secret }));
  if (source.kind !== 'push') throw new Error('it is sent');
  return source;
}

function created(change: object = {}): object {
  return {
    id: '00eccf70-95a7-4e7c-8299-2eb17ee9ad64',
    topic,
    subject: 'Db-Password',
    eventType: 'Microsoft.KeyVault.SecretNewVersionCreated',
    eventTime: '2026-11-26T12:00:00Z',
    data: { Id: 'https://acme-testnets.vault.azure.net/secrets/Db-Password/7', VaultName: 'Acme-Testnets', ObjectType: 'Secret', ObjectName: 'Db-Password', Version: '7', NBF: null, EXP: null, New: 'field' },
    dataVersion: '1',
    metadataVersion: '1',
    more: { unknown: true },
    ...change,
  };
}

function receive(body: unknown, { source = open(), query = `code=${secret}`, rest = '', token }: { readonly source?: PushedSource; readonly query?: string; readonly rest?: string; readonly token?: string } = {}): Promise<Received> {
  return source.receive(delivery(typeof body === 'string' ? body : JSON.stringify(body), { query, rest, ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }) }), signal);
}

const notices = [{ provider: 'azurekv', scope: { vault: 'acme-testnets' }, keys: ['secret/db-password', 'secret/Db-Password'] }];

describe('an event of Event Grid', () => {
  it('is taken in its own schema and in that of CloudEvents, alone and several at once', async () => {
    expect(await receive([created()])).toEqual({ kind: 'events', events: [{ id: '00eccf70-95a7-4e7c-8299-2eb17ee9ad64', notices }] });
    const { id, data } = created() as { id: string; data: object };
    const event = { specversion: '1.0', id, source: topic, type: 'Microsoft.KeyVault.SecretNewVersionCreated', subject: 'Db-Password', time: '2026-11-26T12:00:00Z', data };
    expect(await receive(event)).toMatchObject({ events: [{ notices }] });
    expect(await receive([event, { ...event, id: 'second' }])).toMatchObject({ events: [{ notices }, { id: 'second', notices }] });
  });

  it('of a certificate concerns the key and the secret behind it', async () => {
    expect(await receive([created({ eventType: 'Microsoft.KeyVault.CertificateNewVersionCreated', data: { ObjectName: 'tls' } })])).toMatchObject({ events: [{ notices: [{ keys: ['cert/tls', 'key/tls', 'secret/tls'] }] }] });
  });

  it.each(['Microsoft.KeyVault.SecretNearExpiry', 'Microsoft.KeyVault.SecretExpired', 'Microsoft.KeyVault.VaultAccessPolicyChanged'])('of type %s wakes nobody', async (eventType) => {
    expect(await receive([created({ eventType })])).toMatchObject({ kind: 'events', events: [{ notices: [] }] });
  });

  it('of another vault wakes nobody, whatever its data say', async () => {
    expect(await receive([created({ topic: topic.replace('Acme-Testnets', 'others') })])).toMatchObject({ events: [{ notices: [] }] });
    expect(await receive([created({ topic: `${topic}/providers/Microsoft.Storage/x` })])).toMatchObject({ events: [{ notices: [] }] });
  });

  it('is taken with the secret in the query or at the end of the path, and refused without', async () => {
    expect((await receive([created()], { query: '', rest: secret })).kind).toBe('events');
    for (const query of ['', 'code=', `code=${secret}x`, `code=${secret.slice(1)}`, `Code=${secret}`]) expect(await receive([created()], { query })).toEqual({ kind: 'refused', cause: 'the secret of its address is wrong' });
  });

  it('may be anything without harm', async () => {
    const source = open();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.dictionary(fc.constantFrom('id', 'topic', 'subject', 'eventType', 'data'), fc.jsonValue()).map((change) => JSON.stringify([created(change)]))), async (body) => {
        expect(['malformed', 'events', 'refused']).toContain((await receive(body, { source })).kind);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a token of Entra ID', () => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: `https://sts.windows.net/${tenant}/`, aud: 'api://prelude', tid: tenant, appid: '4962773b-9cdb-44cf-a8bf-237846a00ab7', iat: now, exp: now + 3600 };

  it('of Event Grid is taken, of either version', async () => {
    expect((await receive([created()], { source: open(withBearer), query: '', token: entra.sign(claims) })).kind).toBe('events');
    const { appid, ...others } = claims;
    const second = { ...others, iss: `https://login.microsoftonline.com/${tenant}/v2.0`, azp: appid };
    expect((await receive([created()], { source: open(withBearer), query: '', token: entra.sign(second) })).kind).toBe('events');
  });

  it.each([
    ['another application', { appid: '22222222-9cdb-44cf-a8bf-237846a00ab7' }],
    ['no application', { appid: undefined }],
    ['another tenant', { tid: '99999999-2222-3333-4444-555555555555' }],
    ["another tenant's issuer", { iss: 'https://sts.windows.net/99999999-2222-3333-4444-555555555555/' }],
    ['another audience', { aud: 'api://another' }],
    ['an hour that is over', { exp: now - 3600 }],
  ])('of %s is refused', async (_, change) => {
    expect(await receive([created()], { source: open(withBearer), query: '', token: entra.sign({ ...claims, ...change }) })).toMatchObject({ kind: 'refused' });
  });

  it('is asked for beside the secret where both are declared', async () => {
    const source = open({ ...withBearer, secret: { key: 'grid' } });
    expect(await receive([created()], { source })).toEqual({ kind: 'refused', cause: 'it has no token' });
    expect(await receive([created()], { source, query: '', token: entra.sign(claims) })).toMatchObject({ kind: 'refused' });
    expect((await receive([created()], { source, token: entra.sign(claims) })).kind).toBe('events');
  });

  it('or a secret has to be declared', () => {
    expect(eventGridFormat.schema.safeParse({ vaults: ['acme-testnets'] }).success).toBe(false);
  });
});

describe('the question whether events are wanted', () => {
  const validation = created({ eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', data: { validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6', validationUrl: 'https://evil.example/never-asked' } });

  it('is answered with its code, for declared vaults', async () => {
    network.asked.length = 0;
    expect(await receive([validation])).toEqual({ kind: 'handshake', body: '{"validationResponse":"512d38b6-c7b8-40c8-89fe-f46f9e9622b6"}' });
    expect(network.asked).toEqual([]);
  });

  it('is refused to who does not know the secret, and about another vault', async () => {
    expect(await receive([validation], { query: '' })).toMatchObject({ kind: 'refused' });
    expect(await receive([{ ...validation, topic: topic.replace('Acme', 'other') }])).toMatchObject({ kind: 'refused' });
  });

  it('is answered to Event Grid alone where it is asked as CloudEvents have it', async () => {
    const ask = (origin: string, query = `code=${secret}`): Promise<Received> => open().receive(delivery('', { method: 'OPTIONS', query, headers: { 'webhook-request-origin': origin } }), signal);
    expect(await ask('eventgrid.azure.net')).toEqual({ kind: 'handshake', headers: { 'WebHook-Allowed-Origin': 'eventgrid.azure.net', 'WebHook-Allowed-Rate': '*' } });
    for (const origin of ['', '*', 'evil.example', 'eventgrid.azure.net.evil.example', 'eventgrid.azure.net\r\nx: y']) expect((await ask(origin)).kind).toBe('refused');
    expect((await ask('eventgrid.azure.net', '')).kind).toBe('refused');
  });
});

describe('a store of Key Vault', () => {
  it('is its vault, in which names are of any case', () => {
    const place = placeOfAzure({ vaultUrl: 'https://Acme-Testnets.vault.azure.net/' });
    expect(place?.scope).toEqual({ vault: 'acme-testnets' });
    expect(place?.keysOf('Db-Password')).toEqual(['secret/db-password']);
    expect(place?.keysOf('cert/TLS')).toEqual(['cert/tls']);
    expect(place?.foundAs?.('secret/Db-Password')).toEqual(['Db-Password']);
    expect(placeOfAzure({ vaultUrl: 'nonsense' })).toBeUndefined();
  });
});
