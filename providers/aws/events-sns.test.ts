import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../test/support/certificate.ts';
import { delivery, noticeContext } from '../../test/support/events-delivery.ts';
import { type Network, startNetwork } from '../../test/support/events-network.ts';
import { createTopic, putSecretValue, snsHost, type SnsTopic } from '../../test/support/events-sns.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { PushedSource, Received } from '../../src/provider/notice-source.ts';
import { snsFormat } from './events-sns.ts';

const { signal } = new AbortController();
let network: Network;
beforeAll(async () => {
  network = await startNetwork();
});
afterAll(() => network[Symbol.asyncDispose]());

const clock = createFakeClock(Date.now());
const topic = createTopic({ now: clock.now });

function open(topics: readonly string[] = [topic.arn], certificate: string = topic.certificate): PushedSource {
  network.answers.set(topic.certificateUrl, () => ({ body: certificate }));
  network.asked.length = 0;
  const source = snsFormat.open({ topicArns: [...topics] }, noticeContext(network.http, {}, clock));
  if (source.kind !== 'push') throw new Error('SNS is sent');
  return source;
}

function receive(body: string, source: PushedSource = open()): Promise<Received> {
  return source.receive(delivery(body), signal);
}

describe('a notification of SNS', () => {
  it.each(['1', '2'] as const)('is taken with a signature of version %s', async (version) => {
    const signed = createTopic({ now: clock.now, version });
    expect(await receive(signed.notification(putSecretValue('prod/db')), open([signed.arn], signed.certificate))).toMatchObject({
      kind: 'events',
      events: [{ notices: [{ provider: 'aws', scope: { service: 'SecretsManager', region: 'eu-central-1', account: '123456789012' }, keys: expect.arrayContaining(['prod/db']) }] }],
    });
  });

  it('has the id that SNS gives it, whatever the event in it calls itself', async () => {
    const body = topic.notification(putSecretValue('prod/db', { id: 'mine' }));
    expect(await receive(body)).toMatchObject({ events: [{ id: JSON.parse(body).MessageId }] });
  });

  it.each(['Message', 'Timestamp', 'MessageId', 'TopicArn', 'Type', 'SignatureVersion'] as const)('is refused where %s was changed after it was signed', async (field) => {
    const other = { Message: JSON.stringify(putSecretValue('prod/other')), Timestamp: new Date(clock.now() - 1000).toISOString(), MessageId: 'another', TopicArn: `${topic.arn}-2`, Type: 'UnsubscribeConfirmation', SignatureVersion: '1' }[field];
    expect((await receive(topic.notification(putSecretValue('prod/db'), { [field]: other }), open([topic.arn, `${topic.arn}-2`]))).kind).toBe('refused');
  });

  it('is refused where somebody else has signed it', async () => {
    expect(await receive(createTopic({ now: clock.now }).notification(putSecretValue('prod/db')))).toEqual({ kind: 'refused', cause: 'the signature is wrong' });
  });

  it('is refused of a topic that is not declared, and nobody is asked for its certificate', async () => {
    const source = open(['arn:aws:sns:eu-central-1:123456789012:another']);
    expect(await receive(topic.notification(putSecretValue('prod/db')), source)).toMatchObject({ kind: 'refused' });
    expect(network.asked).toEqual([]);
  });

  it.each([
    'https://evil.example/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem',
    'https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-01.pem',
    'https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-01.pem',
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem',
    'https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-01.pem',
    'https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&x=/SimpleNotificationService-01.pem',
    'https://sns.eu-central-1.amazonaws.com/bucket/SimpleNotificationService-01.pem',
  ])('is refused with a certificate from %s, where nobody looks', async (url) => {
    expect(await receive(topic.notification(putSecretValue('prod/db'), { SigningCertURL: url }), open())).toMatchObject({ kind: 'refused' });
    expect(network.asked).toEqual([]);
  });

  it('is refused where the certificate is of another service, or an authority in its file has not signed it', async () => {
    const other = createTopic({ now: clock.now, commonName: 'evil.example' });
    expect(await receive(other.notification(putSecretValue('prod/db')), open([other.arn], other.certificate))).toMatchObject({ kind: 'refused' });
    const [leaf = ''] = topic.certificate.split(/(?<=-----END CERTIFICATE-----)/);
    expect(await receive(topic.notification(putSecretValue('prod/db')), open([topic.arn], `${leaf}\n${createAuthority('Amazon').cert}`))).toMatchObject({ kind: 'refused' });
  });

  it('is refused when it is older than a quarter of an hour, or of the future', async () => {
    const at = (ms: number): SnsTopic => createTopic({ now: () => clock.now() + ms });
    for (const ms of [-16 * 60_000, 2 * 60_000]) {
      const late = at(ms);
      expect(await receive(late.notification(putSecretValue('prod/db')), open([late.arn], late.certificate))).toEqual({ kind: 'refused', cause: 'it is too old, or of the future' });
    }
  });

  const invented = (count: number): string => topic.notification(putSecretValue('prod/db'), { SigningCertURL: `https://${snsHost}/SimpleNotificationService-${count}.pem` });

  it('asks for a certificate once, for an invented one too, and one after the other', async () => {
    const source = open();
    for (let count = 0; count < 5; count += 1) expect((await receive(topic.notification(putSecretValue('prod/db')), source)).kind).toBe('events');
    expect(network.asked).toHaveLength(1);
    for (let count = 0; count < 20; count += 1) expect((await receive(invented(7), source)).kind).toBe('refused');
    expect(network.asked).toHaveLength(2);
    const kinds = (await Promise.all(Array.from({ length: 60 }, (_, count) => receive(invented(100 + count), source)))).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'unavailable').length).toBeGreaterThan(40);
  });

  it('is taken whatever certificates others have invented, before it came and for hours', async () => {
    const source = open();
    await receive(invented(0), source);
    expect((await receive(topic.notification(putSecretValue('prod/db')), source)).kind).toBe('events');
    for (let count = 1; count < 200; count += 1) {
      await receive(invented(count), source);
      await clock.advance(60_000);
      if (count % 20 === 0) expect((await receive(topic.notification(putSecretValue('prod/db')), source)).kind).toBe('events');
    }
  });

  it('needs no other look at its certificate while that is asked for anew, before its hour has passed', async () => {
    const source = open();
    const taken = async (): Promise<string> => (await receive(topic.notification(putSecretValue('prod/db')), source)).kind;
    await taken();
    network.cut(true);
    await clock.advance(55 * 60_000);
    expect(await taken()).toBe('events');
    network.cut(false);
    await clock.advance(60_000);
    expect(await taken()).toBe('events');
    await expect.poll(() => network.asked.length).toBeGreaterThan(1);
    await clock.advance(10 * 60_000);
    network.cut(true);
    expect(await taken()).toBe('events');
    network.cut(false);
  });

  it('can come again later where the certificate cannot be had', async () => {
    const source = open();
    network.cut(true);
    expect((await receive(topic.notification(putSecretValue('prod/db')), source)).kind).toBe('unavailable');
    network.cut(false);
    await clock.advance(30_000);
    expect((await receive(topic.notification(putSecretValue('prod/db')), source)).kind).toBe('events');
  });

  it.each(['', '{}', '[]', 'null', '{"Type":"Notification"}', '\u0000', JSON.stringify({ Type: 'Notification', Message: 1 })])('is none in %s', async (body) => {
    expect(await receive(body)).toEqual({ kind: 'refused', cause: 'it is no message of SNS' });
  });

  it('may hold nothing that we know', async () => {
    expect(await receive(topic.notification('hello'))).toMatchObject({ kind: 'malformed' });
    expect(await receive(topic.notification({ ...putSecretValue('prod/db'), source: 'aws.s3' }))).toMatchObject({ kind: 'events', events: [{ notices: [] }] });
  });
});

describe('a subscription of SNS', () => {
  const confirmUrl = `https://${snsHost}/`;

  it('is confirmed where it is of a declared topic', async () => {
    const source = open();
    network.answers.set(confirmUrl, (query) => ({ status: query.get('Action') === 'ConfirmSubscription' && query.get('Token') === 'token' ? 200 : 400 }));
    expect(await receive(topic.confirmation(), source)).toEqual({ kind: 'handshake' });
    expect(network.asked).toContain(`GET ${confirmUrl}`);
  });

  it('is not confirmed of another topic, nor where it leads elsewhere, signed as it may be', async () => {
    expect(await receive(topic.confirmation(), open(['arn:aws:sns:eu-central-1:123456789012:another']))).toMatchObject({ kind: 'refused' });
    for (const url of ['https://evil.example/?Action=ConfirmSubscription', `https://${snsHost}/?Action=DeleteTopic`, 'http://169.254.169.254/?Action=ConfirmSubscription', `https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription`]) {
      expect(await receive(topic.confirmation({ SubscribeURL: url }))).toMatchObject({ kind: 'refused' });
      expect(network.asked).toEqual([`GET ${topic.certificateUrl}`]);
    }
  });

  it('is not confirmed where its address was changed after it was signed', async () => {
    const body = JSON.stringify({ ...JSON.parse(topic.confirmation()), SubscribeURL: `https://${snsHost}/?Action=ConfirmSubscription&Token=another` });
    expect(await receive(body)).toEqual({ kind: 'refused', cause: 'the signature is wrong' });
  });
});
