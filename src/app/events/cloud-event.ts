import { z } from 'zod';
import type { NoticeDelivery } from '../../provider/notice-source.ts';

/** As much of a CloudEvent (1.0) as says what has changed. What it carries as data is never looked at. */
const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(1024),
  source: z.string().min(1).max(2048),
  type: z.string().min(1).max(1024),
  subject: z.string().max(2048).optional(),
});
export type CloudEvent = z.output<typeof cloudEvent>;

const batch = z.array(cloudEvent).max(1000);

const header = /^ce-([a-z0-9]{1,64})$/;

/** What a delivery holds, and what of it a signature has to cover. */
export interface CloudEvents {
  /** Undefined: they cannot be read. */
  readonly events: readonly CloudEvent[] | undefined;
  readonly signed: Uint8Array;
}

/**
 * Reads CloudEvents over HTTP in any of the three modes. In binary mode the attributes stand in headers, which a signature of the body leaves
 * out: there `ce-<name>:<value>` and a line feed for each of them, by name, are signed before the body.
 */
export function readCloudEvents({ headers, body }: Pick<NoticeDelivery, 'headers' | 'body'>): CloudEvents {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/cloudevents+json') return { events: one(json(body)), signed: body };
  if (type === 'application/cloudevents-batch+json') return { events: batch.safeParse(json(body)).data, signed: body };
  const attributes = Object.entries(headers).filter(([name]) => header.test(name)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const lines = attributes.map(([name, value]) => `${name}:${value}\n`).join('');
  const named = attributes.map(([name, value]) => [name.slice('ce-'.length), decoded(value)]);
  return { events: one(Object.fromEntries(named)), signed: Buffer.concat([Buffer.from(lines, 'latin1'), body]) };
}

function one(value: unknown): readonly CloudEvent[] | undefined {
  const parsed = cloudEvent.safeParse(value);
  return parsed.success ? [parsed.data] : undefined;
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Headers hold what is not ASCII in percent signs. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
