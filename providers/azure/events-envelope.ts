import { z } from 'zod';
import type { NoticeEvent } from '../../src/provider/notice-source.ts';

const text = z.string().min(1).max(2048);
const data = z.object({ VaultName: text.optional(), ObjectName: text.optional(), validationCode: text.optional() }).nullish().catch(undefined);

/** An event in Event Grid's own schema, or in that of CloudEvents. Members that are not known are ignored: more will come. */
const event = z
  .union([
    z.object({ id: z.string().min(1).max(256), topic: text, eventType: text, subject: z.string().max(2048).default(''), data }),
    z.object({ id: z.string().min(1).max(256), source: text, type: text, subject: z.string().max(2048).default(''), data, specversion: z.literal('1.0') }),
  ])
  .transform((one) => ({ id: one.id, subject: one.subject, data: one.data, topic: 'topic' in one ? one.topic : one.source, type: 'eventType' in one ? one.eventType : one.type }));
const events = z.union([z.array(event).max(5_000), event.transform((one) => [one])]);

export type GridEvent = z.output<typeof event>;

/** The events of a body; undefined where it holds none. */
export function parseGridEvents(body: Uint8Array): readonly GridEvent[] | undefined {
  try {
    return events.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

/** What asks whether its events are wanted. */
export const validationType = 'Microsoft.EventGrid.SubscriptionValidationEvent';

/** A certificate can be read as a key and as a secret too. That something will expire, or has, makes no other value of it. */
const prefixes: Readonly<Record<string, readonly string[]>> = {
  'Microsoft.KeyVault.SecretNewVersionCreated': ['secret/'],
  'Microsoft.KeyVault.KeyNewVersionCreated': ['key/'],
  'Microsoft.KeyVault.CertificateNewVersionCreated': ['cert/', 'key/', 'secret/'],
};

const topicPattern = /\/providers\/microsoft\.keyvault\/vaults\/([a-z0-9-]{3,24})$/i;

/** The vault that an event is about, in lower case; undefined where it is about none. */
export function vaultOf({ topic }: GridEvent): string | undefined {
  return topicPattern.exec(topic)?.[1]?.toLowerCase();
}

/** What an event of a vault says has changed. */
export function noticesOf(one: GridEvent, vault: string): NoticeEvent {
  const name = one.data?.ObjectName ?? one.subject;
  const before = Object.hasOwn(prefixes, one.type) && name !== '' ? (prefixes[one.type] ?? []) : [];
  // as it stands for searches, and in lower case for those who name it
  const keys = [...new Set(before.flatMap((prefix) => [`${prefix}${name.toLowerCase()}`, `${prefix}${name}`]))];
  return { id: one.id, notices: keys.length === 0 ? [] : [{ provider: 'azurekv', scope: { vault }, keys }] };
}
