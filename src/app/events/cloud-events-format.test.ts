import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudEvent, cloudEventHeaders, delivery, nobody, noticeContext, signWebhook } from '../../../test/support/events-delivery.ts';
import type { PushedSource, Received } from '../../provider/notice-source.ts';
import { cloudEventsFormat } from './cloud-events-format.ts';

const { signal } = new AbortController();
const key = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const oldKey = 'a key as it stands, of enough bytes';
const scope = { server: 'https://vault.example.com' };

function open(config: object = {}): PushedSource {
  const parsed = cloudEventsFormat.schema.parse({ provider: 'vault', scope, secrets: [{ key: 'new' }, { file: '/old' }], ...config });
  const source = cloudEventsFormat.open(parsed, noticeContext(nobody, { new: key, '/old': oldKey }));
  if (source.kind !== 'push') throw new Error('it is sent');
  return source;
}

function receive(body: string, headers: Readonly<Record<string, string>>, source: PushedSource = open()): Promise<Received> {
  return source.receive(delivery(body, { headers }), signal);
}

function signed(body: string, options?: Parameters<typeof signWebhook>[2], by = key): Readonly<Record<string, string>> {
  return { ...cloudEventHeaders, ...signWebhook(body, by, options) };
}

const body = cloudEvent('prod/db');
const notices = [{ provider: 'vault', scope, keys: ['prod/db'] }];

describe('a CloudEvent', () => {
  it('is taken, signed with any of the keys that are declared', async () => {
    expect(await receive(body, signed(body, { id: 'msg-1' }))).toEqual({ kind: 'events', events: [{ id: '0 msg-1', notices }] });
    expect((await receive(body, signed(body, {}, oldKey))).kind).toBe('events');
  });

  it('agrees with the example of Standard Webhooks', async () => {
    const example = '{"test": 2432232314}';
    const source = cloudEventsFormat.open(
      cloudEventsFormat.schema.parse({ provider: 'vault', secrets: [{ key: 'x' }] }),
      { ...noticeContext(nobody, { x: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }), clock: { now: () => 1_614_265_330_000, monotonic: () => 0, after: () => () => {} } },
    );
    const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'content-type': 'application/cloudevents+json' };
    if (source.kind !== 'push') throw new Error('it is sent');
    // signed as it should be, and no CloudEvent
    expect(await source.receive(delivery(example, { headers }), signal)).toEqual({ kind: 'malformed', cause: 'it holds no CloudEvents 1.0' });
  });

  it('is taken in batches, and in the binary mode with its attributes signed', async () => {
    const batch = `[${body},${cloudEvent('prod/api')}]`;
    expect(await receive(batch, { ...signWebhook(batch, key), 'content-type': 'application/cloudevents-batch+json; charset=utf-8' })).toMatchObject({ events: [{ notices }, { notices: [{ keys: ['prod/api'] }] }] });
    const attributes = { 'ce-id': '1', 'ce-source': '/v', 'ce-specversion': '1.0', 'ce-subject': 'prod%2Fdb', 'ce-type': 't' };
    const lines = Object.entries(attributes).map(([name, value]) => `${name}:${value}\n`).join('');
    const headers = { ...attributes, ...signWebhook(`${lines}any bytes`, key), 'content-type': 'text/plain' };
    expect(await receive('any bytes', headers)).toMatchObject({ events: [{ notices }] });
    expect(await receive('any bytes', { ...headers, 'ce-subject': 'prod%2Fother' })).toMatchObject({ kind: 'refused' });
    expect(await receive('any bytes', { ...headers, ...signWebhook('any bytes', key) })).toMatchObject({ kind: 'refused' });
  });

  it('may tell of all below a path, or of everything', async () => {
    for (const [subject, under] of [['prod/*', 'prod/'], ['*', '']] as const) {
      const event = cloudEvent(subject);
      expect(await receive(event, signed(event))).toMatchObject({ events: [{ notices: [{ keys: [], under }] }] });
    }
  });

  it('of another type than those that are declared wakes nobody', async () => {
    expect(await receive(body, signed(body), open({ types: ['another'] }))).toMatchObject({ kind: 'events', events: [{ notices: [] }] });
  });

  it('is refused where anything of it was changed, or somebody else has signed it', async () => {
    const right = signed(body, { id: 'msg-1' });
    for (const wrong of [{ ...right, 'webhook-id': 'msg-2' }, { ...right, 'webhook-timestamp': String(Number(right['webhook-timestamp']) + 1) }, { ...right, 'webhook-signature': 'v1,AAAA' }, { ...right, 'webhook-signature': String(right['webhook-signature']).replace('v1,', 'v2,') }, { ...right, 'webhook-signature': '' }]) {
      expect(await receive(body, wrong)).toEqual({ kind: 'refused', cause: 'its webhook-signature is wrong' });
    }
    expect(await receive(`${body} `, right)).toMatchObject({ kind: 'refused' });
    expect(await receive(body, signed(body, {}, 'another key of somebody else, of enough bytes'))).toMatchObject({ kind: 'refused' });
    expect(await receive(body, cloudEventHeaders)).toMatchObject({ kind: 'refused' });
  });

  it('is refused when it is older than five minutes, or of the future', async () => {
    const now = Math.floor(Date.now() / 1000);
    for (const timestamp of [now - 302, now + 302]) expect(await receive(body, signed(body, { timestamp }))).toEqual({ kind: 'refused', cause: 'its webhook-timestamp is too old, or of the future' });
    expect((await receive(body, signed(body, { timestamp: now - 290 }))).kind).toBe('events');
  });

  it('may be anything without harm, from whom it may come', async () => {
    const source = open();
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.dictionary(fc.constantFrom('specversion', 'id', 'source', 'type', 'subject'), fc.oneof(fc.constant('1.0'), fc.jsonValue())).map((event) => JSON.stringify(event))), async (text) => {
        expect(['malformed', 'events']).toContain((await receive(text, signed(text), source)).kind);
      }),
    );
  });

  it('cannot be signed with a key that anybody could guess', async () => {
    const source = cloudEventsFormat.open(cloudEventsFormat.schema.parse({ provider: 'vault', secrets: [{ key: 'short' }] }), noticeContext(nobody, { short: 'hunter2' }));
    if (source.kind !== 'push') throw new Error('it is sent');
    await expect(source.receive(delivery(body, { headers: signed(body, {}, 'hunter2') }), signal)).rejects.toMatchObject({ kind: 'invalid', message: expect.not.stringContaining('hunter2') });
  });
});
