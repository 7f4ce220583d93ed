import { z } from 'zod';
import { HttpError } from '../../src/lib/http.ts';
import type { NoticeContext, NoticeDelivery, NoticeFormat, Received } from '../../src/provider/notice-source.ts';
import { parseAwsEvent } from './events-envelope.ts';
import { SnsCertificates } from './events-sns-certificates.ts';
import { isSignedBy, snsHost, type SnsMessage, snsMessage, topicArn } from './events-sns-message.ts';

const snsConfig = z.strictObject({
  topicArns: z.array(z.string().regex(topicArn, 'must be the ARN of a topic of SNS')).min(1).max(100).describe('The topics whose messages are taken, and whose subscriptions are confirmed.'),
});
type SnsConfig = z.output<typeof snsConfig>;

/** Milliseconds that a message may be old. AWS says an hour; a shorter time leaves fewer to be played back. */
const window = 15 * 60_000;
const skew = 60_000;

/** Messages of SNS over HTTP, with what EventBridge tells of Secrets Manager and Parameter Store. */
export const snsFormat: NoticeFormat<SnsConfig> = {
  type: 'sns',
  schema: snsConfig,
  secrets: () => [],
  open: ({ topicArns }, context) => {
    const certificates = new SnsCertificates(context);
    return { kind: 'push', window: window + skew, receive: (delivery, signal) => receive(delivery, { topics: new Set(topicArns), certificates, context }, signal) };
  },
};

interface Subscriber {
  readonly topics: ReadonlySet<string>;
  readonly certificates: SnsCertificates;
  readonly context: NoticeContext;
}

async function receive({ method, body }: NoticeDelivery, { topics, certificates, context }: Subscriber, signal: AbortSignal): Promise<Received> {
  const message = method === 'POST' ? parseMessage(body) : undefined;
  if (message === undefined) return { kind: 'refused', cause: 'it is no message of SNS' };
  const host = topics.has(message.TopicArn) ? snsHost(message.TopicArn) : undefined;
  if (host === undefined) return { kind: 'refused', cause: 'it is of a topic that topicArns does not name' };
  const age = context.clock.now() - Date.parse(message.Timestamp);
  if (age > window || age < -skew) return { kind: 'refused', cause: 'it is too old, or of the future' };
  const certificate = await certificates.find(message.SigningCertURL, host, signal);
  if (certificate === 'unavailable') return { kind: 'unavailable', cause: 'the signing certificate cannot be fetched' };
  if (certificate === 'refused') return { kind: 'refused', cause: 'SigningCertURL is no certificate of SNS in the region of the topic' };
  if (!isSignedBy(message, certificate)) return { kind: 'refused', cause: 'the signature is wrong' };
  certificates.proved(message.SigningCertURL);
  if (message.Type === 'SubscriptionConfirmation') return confirm(message.SubscribeURL, host, context, signal);
  if (message.Type === 'UnsubscribeConfirmation') return { kind: 'events', events: [] };
  const event = parseAwsEvent(message.Message);
  return event === undefined ? { kind: 'malformed', cause: 'the message is no event of EventBridge' } : { kind: 'events', events: [{ ...event, id: message.MessageId }] };
}

function parseMessage(body: Uint8Array): SnsMessage | undefined {
  try {
    return snsMessage.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** Tells SNS that we want the topic's messages. The address is signed, and leads to SNS in the topic's region or nowhere. */
async function confirm(address: string, host: string, { http }: NoticeContext, signal: AbortSignal): Promise<Received> {
  const url = URL.parse(address);
  if (url === null || url.origin !== `https://${host}` || url.username !== '' || url.searchParams.get('Action') !== 'ConfirmSubscription') return { kind: 'refused', cause: 'SubscribeURL does not lead to SNS in the region of the topic' };
  try {
    const { status } = await http({ method: 'GET', url: url.href, largestAnswer: 65_536 }, signal);
    return status === 200 ? { kind: 'handshake' } : { kind: 'unavailable', cause: `SNS does not take the confirmation (HTTP ${status})` };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof HttpError) return { kind: 'unavailable', cause: 'SNS cannot be reached to confirm the subscription' };
    throw error;
  }
}
