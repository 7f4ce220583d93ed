import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';
import { formatTimestamp } from '../../../lib/timestamp.ts';
import { type SecretFile, secretFile } from '../../../provider/notice-source.ts';
import { webhookKey } from '../../events/standard-webhook.ts';
import { type Message, SendError } from '../message.ts';
import { postJson } from '../post-json.ts';
import type { ServiceKind } from './service-kind.ts';

const schema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'must be the address of a web server' }).describe('Where messages go.'),
  secret: secretFile().describe('Where the key stands that they are signed with.'),
});

/** Any web server: JSON, signed as Standard Webhooks has it. A message that is sent again has the same id. */
export const webhook: ServiceKind<z.output<typeof schema>> = {
  type: 'webhook',
  showsState: false,
  schema,
  secrets: ({ secret }): readonly SecretFile[] => [secret],
  open: ({ url, secret: reference }, { http, secret, clock }) => async (message, signal) => {
    const key = webhookKey((await secret(reference)).reveal());
    if (key === undefined) throw new SendError('the key that messages are signed with is too short; make one of 24 bytes or more', { isFinal: true });
    const id = `msg_${createHash('sha256').update(JSON.stringify([message.namespace, message.name, message.id])).digest('hex').slice(0, 32)}`;
    const timestamp = String(Math.floor(clock.now() / 1000));
    const body = JSON.stringify(bodyOf(message));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    await postJson({ http, url, body, headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` } }, signal);
  },
};

function bodyOf({ trigger, at, namespace, name, destination, repoURL, revision, state, title, cause, nextStep, targetUrl }: Message): object {
  return {
    type: `application.${trigger.replace(/^on-/, '')}`,
    timestamp: formatTimestamp(at),
    data: { application: { namespace, name }, destination: { namespace: destination }, source: { repoURL, revision }, state, title, cause, nextStep, ...(targetUrl === undefined ? {} : { targetUrl }) },
  };
}
