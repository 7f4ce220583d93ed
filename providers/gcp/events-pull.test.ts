import { createPublicKey, verify } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { NoticeEvent, PulledSource } from '../../src/provider/notice-source.ts';
import { noticeContext } from '../../test/support/events-delivery.ts';
import { createIssuer } from '../../test/support/events-issuer.ts';
import { listenLocally } from '../../test/support/listen-locally.ts';
import { pubsubPullFormat } from './events-pull.ts';

const { signal } = new AbortController();
const issuer = createIssuer();
const subscription = 'projects/acme-testnets/subscriptions/prelude';
const keyFile = JSON.stringify({ type: 'service_account', client_email: 'puller@acme.iam.gserviceaccount.com', private_key: issuer.pem, private_key_id: 'key-1' });
const acked = z.object({ ackIds: z.array(z.string()) });

/** Pub/Sub as far as a subscriber sees it: what is not acknowledged comes again. */
const waiting = new Map<string, object>();
let status = 200;
let metadataAsked = 0;
const tokens: string[] = [];
const server = createServer((request, response) => {
  void answer(request).then(({ code, body }) => response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body)));
});

async function answer(request: IncomingMessage): Promise<{ readonly code: number; readonly body: object }> {
  if (request.url === '/computeMetadata/v1/instance/service-accounts/default/token') {
    metadataAsked += 1;
    return request.headers['metadata-flavor'] === 'Google' ? { code: 200, body: { access_token: 'of-the-machine', expires_in: 3600 } } : { code: 403, body: {} };
  }
  tokens.push(request.headers.authorization ?? '');
  const body: unknown = await json(request);
  if (status !== 200) return { code: status, body: { error: 'canary-of-the-service' } };
  if (request.url === `/v1/${subscription}:pull`) return { code: 200, body: waiting.size === 0 ? {} : { receivedMessages: [...waiting].map(([ackId, message]) => ({ ackId, message })) } };
  for (const id of acked.parse(body).ackIds) waiting.delete(id);
  return { code: 200, body: {} };
}

let endpoint = '';
let close: () => Promise<void>;
const client = createHttpClient({ clock: systemClock, allowLoopback: true });
beforeAll(async () => {
  ({ url: endpoint, close } = await listenLocally(server));
});
afterAll(async () => {
  await client.close();
  await close();
});

function open(withKey = true): PulledSource {
  const context = noticeContext((request, within) => client.request({ ...request, url: request.url.replace('http://metadata.google.internal', endpoint) }, within), { key: keyFile });
  const source = pubsubPullFormat.open({ subscription, endpoint, ...(withKey ? { serviceAccountKey: { key: 'key' } } : {}) }, context);
  if (source.kind !== 'pull') throw new Error('it is pulled');
  return source;
}

function message(secret: string): object {
  return { messageId: secret, attributes: { eventType: 'SECRET_VERSION_ADD', secretId: `projects/1/secrets/${secret}` }, data: '' };
}

describe('a subscription that is pulled', () => {
  it('hands over what it holds, and acknowledges it then', async () => {
    waiting.set('ack-1', message('db')).set('ack-2', message('api'));
    const taken: NoticeEvent[] = [];
    const came = await open().pull((events) => {
      expect(waiting.size).toBe(2);
      taken.push(...events);
      return true;
    }, signal);
    expect(came).toEqual({ taken: 2, malformed: 0, full: false });
    expect(taken.flatMap(({ notices }) => notices.flatMap(({ keys }) => keys))).toEqual(['db', 'api']);
    expect(waiting.size).toBe(0);
  });

  it('keeps what there was no room for, and drops what cannot be read', async () => {
    waiting.set('ack-1', message('db')).set('ack-2', { messageId: 'x', attributes: { other: 'thing' } });
    expect(await open().pull(() => false, signal)).toEqual({ taken: 1, malformed: 1, full: true });
    expect([...waiting.keys()]).toEqual(['ack-1']);
    waiting.clear();
  });

  it('is asked with a token that the key has signed for Pub/Sub', async () => {
    tokens.length = 0;
    await open().pull(() => true, signal);
    const [head = '', payload = '', signature = ''] = tokens[0]?.replace('Bearer ', '').split('.') ?? [];
    expect(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), createPublicKey(issuer.pem), Buffer.from(signature, 'base64url'))).toBe(true);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iss: 'puller@acme.iam.gserviceaccount.com', sub: 'puller@acme.iam.gserviceaccount.com', aud: 'https://pubsub.googleapis.com/' });
  });

  it('is asked with a token of the machine where no key is named, which is asked for once', async () => {
    tokens.length = 0;
    const source = open(false);
    await source.pull(() => true, signal);
    await source.pull(() => true, signal);
    expect(tokens).toEqual(['Bearer of-the-machine', 'Bearer of-the-machine']);
    expect(metadataAsked).toBe(1);
  });

  it.each([
    [403, 'denied'],
    [429, 'throttled'],
    [503, 'unavailable'],
    [404, 'invalid'],
  ])('says what status %i means, and nothing of what the service says', async (code, kind) => {
    status = code;
    await expect(open().pull(() => true, signal)).rejects.toMatchObject({ kind, message: expect.not.stringContaining('canary') });
    status = 200;
  });
});
