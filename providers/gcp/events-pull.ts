import { z } from 'zod';
import { HttpError, type HttpResponse } from '../../src/lib/http.ts';
import { readJson, statusError } from '../../src/provider/ask.ts';
import type { NoticeContext, NoticeFormat, PulledSource, TakeEvents } from '../../src/provider/notice-source.ts';
import { secretFile } from '../../src/provider/notice-source.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { gcpProjects, parseGcpMessage, pubsubMessage } from './events-message.ts';
import { createPubsubToken, type PubsubToken } from './events-token.ts';

const standardEndpoint = 'https://pubsub.googleapis.com';

const pullConfig = z.strictObject({
  subscription: z.string().regex(/^projects\/[a-z][a-z0-9-]{4,28}[a-z0-9]\/subscriptions\/[A-Za-z][\w.~+%-]{2,254}$/, 'must be projects/<project>/subscriptions/<name>').describe('The subscription that is pulled.'),
  serviceAccountKey: secretFile().exactOptional().describe('The key of a service account, JSON; absent: the identity of the machine or pod, from the metadata service.'),
  endpoint: z.url({ protocol: /^https?$/ }).default(standardEndpoint).describe('Where Pub/Sub is asked; an emulator, or a private address.'),
  projects: gcpProjects.exactOptional(),
});
type PullConfig = z.output<typeof pullConfig>;

/** Milliseconds that a question stays open: Pub/Sub answers when there is something, or after a while with nothing. */
const patience = 60_000;
const most = 100;
const service = 'Pub/Sub';

/** A subscription of Pub/Sub, for clusters that nobody can send to. */
export const pubsubPullFormat: NoticeFormat<PullConfig> = {
  type: 'pubsub-pull',
  schema: pullConfig,
  secrets: ({ serviceAccountKey }) => (serviceAccountKey === undefined ? [] : [serviceAccountKey]),
  open: (config, context): PulledSource => {
    const token = createPubsubToken(config.serviceAccountKey, `${standardEndpoint}/`, context);
    return { kind: 'pull', pull: (take, signal) => pullOnce({ config, token, context }, take, signal), close: () => Promise.resolve() };
  },
};

const answered = z.object({ receivedMessages: z.array(z.object({ ackId: z.string().min(1), message: z.unknown() })).default([]) });

interface Subscription {
  readonly config: PullConfig;
  readonly token: PubsubToken;
  readonly context: NoticeContext;
}

/** Messages are acknowledged only once their events have been taken over: whatever happens in between, they come again. */
async function pullOnce(subscription: Subscription, take: TakeEvents, signal: AbortSignal): ReturnType<PulledSource['pull']> {
  const answer = await post(subscription, 'pull', { maxMessages: most }, signal);
  if (answer === undefined) return { taken: 0, malformed: 0, full: false };
  const received = answered.safeParse(readJson(answer, service)).data?.receivedMessages ?? [];
  const read = received.map(({ ackId, message }) => ({ ackId, event: eventOf(message, subscription.config) }));
  const isTaken = take(read.flatMap(({ event }) => (event === undefined ? [] : [event])));
  const ackIds = read.flatMap(({ ackId, event }) => (isTaken || event === undefined ? [ackId] : []));
  if (ackIds.length > 0) await post(subscription, 'acknowledge', { ackIds }, signal);
  return { taken: ackIds.length, malformed: read.filter(({ event }) => event === undefined).length, full: !isTaken };
}

function eventOf(message: unknown, { projects }: PullConfig): ReturnType<typeof parseGcpMessage> {
  const parsed = pubsubMessage.safeParse(message);
  return parsed.success ? parseGcpMessage(parsed.data, projects) : undefined;
}

/** @returns undefined where there was nothing to pull for as long as we ask */
async function post({ config, token, context }: Subscription, what: 'pull' | 'acknowledge', body: object, signal: AbortSignal): Promise<HttpResponse | undefined> {
  const bearer = Buffer.from((await token(signal)).reveal()).toString('utf8');
  const url = `${config.endpoint.replace(/\/$/, '')}/v1/${config.subscription}:${what}`;
  const timeout = what === 'pull' ? { timeout: patience, largestAnswer: 16 * 1024 * 1024 } : {};
  try {
    const answer = await context.ownHttp({ method: 'POST', url, headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` }, body: JSON.stringify(body), ...timeout }, signal);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw statusError(answer, { service, advice: 'allow pubsub.subscriptions.consume on the subscription' });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HttpError)) throw error;
    if (what === 'pull' && error.kind === 'timeout') return undefined;
    throw new ProviderError(error.kind === 'address' || error.kind === 'invalid' ? 'invalid' : 'unavailable', `${service}: ${error.message}`);
  }
}
