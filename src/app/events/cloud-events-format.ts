import { z } from 'zod';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import type { NoticeContext, NoticeDelivery, NoticeFormat, Received } from '../../provider/notice-source.ts';
import { secretFile } from '../../provider/notice-source.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { type CloudEvent, readCloudEvents } from './cloud-event.ts';
import { verifyWebhook, webhookKey, webhookWindow } from './standard-webhook.ts';

const cloudEventsConfig = z.strictObject({
  provider: z.string().regex(/^[a-z0-9]{1,63}$/, 'must be the name of a provider, as under spec.provider of a store').describe('The provider whose stores the events are about.'),
  scope: z.record(z.string().min(1).max(64), z.string().max(2048)).default({}).describe('Fields that those stores have under spec.provider.<provider>, e.g. server; stores that say something else are left alone.'),
  secrets: z.array(secretFile()).min(1).max(8).describe('Keys of the HMAC; several while one replaces another.'),
  types: z.array(z.string().min(1)).min(1).exactOptional().describe('The only types of events that are taken.'),
});
type CloudEventsConfig = z.output<typeof cloudEventsConfig>;

/** CloudEvents of anybody's, signed as Standard Webhooks has it: `subject` is the remote key, or ends in `/*` for all below a path. */
export const cloudEventsFormat: NoticeFormat<CloudEventsConfig> = {
  type: 'cloudevents',
  schema: cloudEventsConfig,
  secrets: ({ secrets }) => secrets,
  open: (config, context) => ({ kind: 'push', window: 2 * webhookWindow, receive: (delivery) => receive(delivery, config, context) }),
};

async function receive(delivery: NoticeDelivery, config: CloudEventsConfig, { secret, clock }: NoticeContext): Promise<Received> {
  const { events, signed } = readCloudEvents(delivery);
  const keys = await Promise.all(config.secrets.map(async (reference) => keyOf(await secret(reference))));
  const verified = verifyWebhook(delivery, signed, keys, clock.now());
  if (verified.kind === 'refused') return verified;
  if (delivery.method !== 'POST' || events === undefined) return { kind: 'malformed', cause: 'it holds no CloudEvents 1.0' };
  return { kind: 'events', events: events.map((event, index) => ({ id: `${index} ${verified.id}`, notices: noticesOf(event, config) })) };
}

function keyOf(secret: { readonly reveal: () => Uint8Array }): Uint8Array {
  const key = webhookKey(secret.reveal());
  if (key === undefined) throw new ProviderError('invalid', 'a key of the source has fewer than 24 bytes');
  return key;
}

function noticesOf({ subject = '', type }: CloudEvent, { provider, scope, types }: CloudEventsConfig): readonly ChangeNotice[] {
  if (subject === '' || types?.includes(type) === false) return [];
  if (subject === '*') return [{ provider, scope, keys: [], under: '' }];
  return [subject.endsWith('/*') ? { provider, scope, keys: [], under: subject.slice(0, -1) } : { provider, scope, keys: [subject] }];
}
