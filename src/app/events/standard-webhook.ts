import { createHmac } from 'node:crypto';
import type { NoticeDelivery } from '../../provider/notice-source.ts';
import { isSameSecret } from '../../provider/same-secret.ts';

/** Milliseconds that a message may be under way, as the convention has it; and how far clocks may be apart. */
export const webhookWindow = 5 * 60_000;

/** The id of a message whose signature is right, or why it is refused. */
export type VerifiedWebhook = { readonly kind: 'valid'; readonly id: string } | { readonly kind: 'refused'; readonly cause: string };

/** More signatures than this no sender makes: one for each key that is being replaced. */
const mostSignatures = 8;

/**
 * Verifies a message as Standard Webhooks has it: `webhook-signature` holds `v1,` and the HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<content>`
 * in Base64, several of them with spaces between where keys are being replaced.
 * @param content what is signed beside id and time: the body
 * @param now milliseconds since the epoch
 */
export function verifyWebhook({ headers }: Pick<NoticeDelivery, 'headers'>, content: Uint8Array, keys: readonly Uint8Array[], now: number): VerifiedWebhook {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) return { kind: 'refused', cause: 'it has no webhook-id or no webhook-timestamp' };
  if (Math.abs(now - Number(timestamp) * 1000) > webhookWindow) return { kind: 'refused', cause: 'its webhook-timestamp is too old, or of the future' };
  const given = signatures.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice(3)] : [])).slice(0, mostSignatures);
  const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(content).digest('base64'));
  // every pair is compared, whichever fits
  const fits = expected.flatMap((right) => given.map((one) => isSameSecret(one, right)));
  return fits.includes(true) ? { kind: 'valid', id } : { kind: 'refused', cause: 'its webhook-signature is wrong' };
}

/** What stands before a key of Standard Webhooks, in Base64. A key without it is taken as it stands. */
const prefix = 'whsec_';
/** Bytes: as many as the convention asks for. */
const shortest = 24;

/** The bytes of a key as it stands in a file; undefined where it is too short to be one. */
export function webhookKey(file: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(file).toString('latin1');
  const key = text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'base64') : Buffer.from(file);
  return key.length < shortest ? undefined : key;
}
