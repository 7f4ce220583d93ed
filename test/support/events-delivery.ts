import { createHmac } from 'node:crypto';
import { systemClock } from '../../src/lib/clock.ts';
import type { HttpClient } from '../../src/lib/http.ts';
import { SecretBytes } from '../../src/lib/secret-bytes.ts';
import type { NoticeContext, NoticeDelivery } from '../../src/provider/notice-source.ts';

/** A delivery as a receiver hands it on. */
export function delivery(body: string | Uint8Array, { headers = {}, method = 'POST', rest = '', query = '' }: { readonly headers?: Readonly<Record<string, string>>; readonly method?: NoticeDelivery['method']; readonly rest?: string; readonly query?: string } = {}): NoticeDelivery {
  return { method, rest, query: new URLSearchParams(query), headers, body: Buffer.from(body) };
}

/** What sources may use; secrets are texts by the name of their key or file. */
export function noticeContext(http: HttpClient, secrets: Readonly<Record<string, string>> = {}, clock: NoticeContext['clock'] = systemClock): NoticeContext {
  return {
    http,
    ownHttp: http,
    secret: async (reference) => SecretBytes.fromUtf8(secrets['key' in reference ? reference.key : reference.file] ?? ''),
    clock,
    random: () => 0,
  };
}

/** A network on which nobody is. */
export const nobody: HttpClient = () => Promise.reject(new Error('nobody is to be asked'));

/** Signs as Standard Webhooks has it. @param key `whsec_` and Base64, or the bytes themselves */
export function signWebhook(content: string, key: string, { id = `msg-${Math.random()}`, timestamp = Math.floor(Date.now() / 1000) }: { readonly id?: string; readonly timestamp?: number } = {}): Readonly<Record<string, string>> {
  const bytes = key.startsWith('whsec_') ? Buffer.from(key.slice('whsec_'.length), 'base64') : Buffer.from(key);
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${createHmac('sha256', bytes).update(`${id}.${timestamp}.${content}`).digest('base64')}` };
}

/** A CloudEvent in the structured mode. */
export function cloudEvent(subject: string, type = 'dev.example.secret.changed'): string {
  return JSON.stringify({ specversion: '1.0', id: `event-${Math.random()}`, source: '/vault', type, subject, data: { ignored: true } });
}

export const cloudEventHeaders = { 'content-type': 'application/cloudevents+json' };
