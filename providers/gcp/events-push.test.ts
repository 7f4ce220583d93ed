import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { delivery, noticeContext } from '../../test/support/events-delivery.ts';
import { createIssuer } from '../../test/support/events-issuer.ts';
import { type Network, startNetwork } from '../../test/support/events-network.ts';
import type { PushedSource, Received } from '../../src/provider/notice-source.ts';
import { placeOfGcp } from './events-place.ts';
import { pubsubPushFormat } from './events-push.ts';

const { signal } = new AbortController();
const google = createIssuer();
let network: Network;
beforeAll(async () => {
  network = await startNetwork();
  network.answers.set('https://www.googleapis.com/oauth2/v3/certs', () => ({ headers: { 'cache-control': 'max-age=3600' }, body: google.keySet }));
});
afterAll(() => network[Symbol.asyncDispose]());

const serviceAccount = 'pusher@acme-testnets.iam.gserviceaccount.com';
const audience = 'https://prelude.example/v1/events/google';
const projects = { '123456789012': 'acme-testnets' };
const claims = { iss: 'https://accounts.google.com', aud: audience, sub: '1', email: serviceAccount, email_verified: true, iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 3600 };

function message(attributes: Readonly<Record<string, unknown>>, rest: object = {}): string {
  return JSON.stringify({ message: { messageId: '42', publishTime: '2026-11-26T12:00:00Z', data: Buffer.from('{"name":"never read"}').toString('base64'), attributes, ...rest }, subscription: 'projects/acme-testnets/subscriptions/prelude' });
}

const added = { eventType: 'SECRET_VERSION_ADD', dataFormat: 'JSON_API_V1', secretId: 'projects/123456789012/secrets/db', versionId: 'projects/123456789012/secrets/db/versions/7', timestamp: '2026-11-26T12:00:00Z' };

function open(config: Parameters<typeof pubsubPushFormat.open>[0] = { audience, serviceAccount }): PushedSource {
  const source = pubsubPushFormat.open(config, noticeContext(network.http));
  if (source.kind !== 'push') throw new Error('it is pushed');
  return source;
}

function receive(token: string | undefined, { body = message(added), source = open() }: { readonly body?: string; readonly source?: PushedSource } = {}): Promise<Received> {
  return source.receive(delivery(body, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }), signal);
}

describe('a message that Pub/Sub pushes', () => {
  it('is taken from the service account that pushes', async () => {
    expect(await receive(google.sign(claims))).toEqual({ kind: 'events', events: [{ id: '42', notices: [{ provider: 'gcpsm', scope: { location: 'global' }, keys: ['db'] }] }] });
  });

  it('is refused of everybody else whose token has the right audience: Google gives those to anybody', async () => {
    const others = ['attacker@evil.iam.gserviceaccount.com', `${serviceAccount}.evil.example`, serviceAccount.toUpperCase(), ` ${serviceAccount}`, ''];
    for (const email of others) expect(await receive(google.sign({ ...claims, email }))).toMatchObject({ kind: 'refused' });
    expect(await receive(google.sign({ ...claims, email: undefined }))).toMatchObject({ kind: 'refused' });
  });

  it('is refused where the address is not verified', async () => {
    for (const verified of [false, 'true', 1, undefined]) expect(await receive(google.sign({ ...claims, email_verified: verified }))).toMatchObject({ kind: 'refused' });
  });

  it.each([
    ['another audience', { aud: 'https://another.example' }],
    ['an audience that begins like ours', { aud: `${audience}/` }],
    ['another issuer', { iss: 'https://accounts.evil.example' }],
    ['an expired token', { exp: Math.floor(Date.now() / 1000) - 120 }],
  ])('is refused with %s', async (_, change) => {
    expect(await receive(google.sign({ ...claims, ...change }))).toMatchObject({ kind: 'refused' });
  });

  it('is refused without a token, and with one that somebody else has signed', async () => {
    expect(await receive(undefined)).toEqual({ kind: 'refused', cause: 'it has no token' });
    expect(await receive(createIssuer().sign(claims))).toMatchObject({ kind: 'refused' });
  });

  it('is refused of another subscription than the one that is declared', async () => {
    expect(await receive(google.sign(claims), { source: open({ audience, serviceAccount, subscription: 'projects/acme-testnets/subscriptions/another' }) })).toMatchObject({ kind: 'refused' });
  });

  it('wakes stores of the project whose number it names', async () => {
    expect(await receive(google.sign(claims), { source: open({ audience, serviceAccount, projects }) })).toMatchObject({ events: [{ notices: [{ scope: { project: 'acme-testnets', location: 'global' } }] }] });
    expect(await receive(google.sign(claims), { source: open({ audience, serviceAccount, projects: { '999': 'acme-others' } }) })).toMatchObject({ events: [{ notices: [] }] });
  });

  it('names a regional secret with its region', async () => {
    const regional = message({ ...added, secretId: 'projects/123456789012/locations/europe-west3/secrets/db' });
    expect(await receive(google.sign(claims), { body: regional })).toMatchObject({ events: [{ notices: [{ scope: { location: 'europe-west3' }, keys: ['db'] }] }] });
  });

  it.each(['SECRET_ROTATE', 'TOPIC_CONFIGURED', 'SOMETHING_NEW'])('wakes nobody with %s, which changes no value', async (eventType) => {
    expect(await receive(google.sign(claims), { body: message({ ...added, eventType }) })).toEqual({ kind: 'events', events: [{ id: '42', notices: [] }] });
  });

  it('may be anything without harm, from whom it may come', async () => {
    const source = open();
    const token = google.sign(claims);
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.dictionary(fc.constantFrom('eventType', 'secretId', 'versionId'), fc.string()).map((attributes) => message(attributes))), async (body) => {
        expect(['malformed', 'events']).toContain((await receive(token, { body, source })).kind);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a store of Google Secret Manager', () => {
  it('is where its project and location are', () => {
    expect(placeOfGcp({ projectID: 'acme', location: 'europe-west3' })?.scope).toEqual({ project: 'acme', location: 'europe-west3' });
    expect(placeOfGcp({ auth: { workloadIdentity: { clusterProjectID: 'acme' } } })?.scope).toEqual({ project: 'acme', location: 'global' });
    expect(placeOfGcp({})?.scope).toEqual({ location: 'global' });
    expect(placeOfGcp({ projectID: 'acme' })?.keysOf('db')).toEqual(['db']);
    expect(placeOfGcp({ projectID: 'acme' })?.keysOf('projects/acme/secrets/db')).toEqual(['db']);
  });
});
