import { z } from 'zod';
import type { NoticeContext, NoticeDelivery, NoticeFormat, Received } from '../../src/provider/notice-source.ts';
import { createSigningKeys, type SigningKeys } from '../../src/provider/signing-keys.ts';
import { bearerOf, verifyJwt } from '../../src/provider/verify-jwt.ts';
import { gcpProjects, parseGcpMessage, pubsubMessage } from './events-message.ts';

const pushConfig = z.strictObject({
  audience: z.string().min(1).max(1024).describe('The audience of the subscription: what its tokens are for.'),
  serviceAccount: z.email('must be the address of a service account').describe('The service account that the subscription pushes as. Google gives anybody tokens for any audience: without this, everybody who knows the audience would be let in.'),
  subscription: z.string().regex(/^projects\/[^/]+\/subscriptions\/[^/]+$/, 'must be projects/<project>/subscriptions/<name>').exactOptional().describe('The only subscription that is taken.'),
  projects: gcpProjects.exactOptional(),
});
type PushConfig = z.output<typeof pushConfig>;

/** Where Google publishes the keys of its tokens, and whom they say they are of. */
const certificates = 'https://www.googleapis.com/oauth2/v3/certs';
const issuers = ['https://accounts.google.com', 'accounts.google.com'];
/** Milliseconds in which the same message is not taken twice: as long as a token of Google is good, an hour, and clocks apart. */
const window = 70 * 60_000;

/** Messages that Pub/Sub pushes with a token of its service account. */
export const pubsubPushFormat: NoticeFormat<PushConfig> = {
  type: 'pubsub-push',
  schema: pushConfig,
  secrets: () => [],
  open: (config, context) => {
    const keys = createSigningKeys({ url: certificates, http: context.http, clock: context.clock });
    return { kind: 'push', window, receive: (delivery, signal) => receive(delivery, { config, keys, context }, signal) };
  },
};

interface Subscriber {
  readonly config: PushConfig;
  readonly keys: SigningKeys;
  readonly context: Pick<NoticeContext, 'clock'>;
}

const pushed = z.object({ message: pubsubMessage, subscription: z.string() });
const identity = z.object({ email: z.string(), email_verified: z.literal(true) });

async function receive({ method, headers, body }: NoticeDelivery, { config, keys, context }: Subscriber, signal: AbortSignal): Promise<Received> {
  const token = method === 'POST' ? bearerOf(headers) : undefined;
  if (token === undefined) return { kind: 'refused', cause: 'it has no token' };
  const verified = await verifyJwt(token, keys, { issuers, audience: config.audience, now: context.clock.now() }, signal);
  if (verified.kind !== 'valid') return verified;
  const claims = identity.safeParse(verified.claims);
  if (!claims.success || claims.data.email !== config.serviceAccount) return { kind: 'refused', cause: 'the token is of another service account than serviceAccount, or its address is not verified' };
  const parsed = parseBody(body);
  if (parsed === undefined) return { kind: 'malformed', cause: 'it is no message of Pub/Sub' };
  if (config.subscription !== undefined && parsed.subscription !== config.subscription) return { kind: 'refused', cause: 'it is of another subscription' };
  const event = parseGcpMessage(parsed.message, config.projects);
  return event === undefined ? { kind: 'malformed', cause: 'it is no message of Secret Manager' } : { kind: 'events', events: [event] };
}

function parseBody(body: Uint8Array): z.output<typeof pushed> | undefined {
  try {
    return pushed.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
