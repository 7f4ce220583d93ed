import { z } from 'zod';
import { eraseFormat, type ErasedFormat, type NoticeContext, type NoticeDelivery, type NoticeFormat, type Received, secretFile } from '../../../provider/notice-source.ts';
import { ProviderError } from '../../../provider/provider-error.ts';
import { isSameSecret } from '../../../provider/same-secret.ts';
import { verifyWebhook, webhookKey, webhookWindow } from '../standard-webhook.ts';
import { deliveryId, type GitSender, gitSenders } from './git-senders.ts';
import { type PushDialect, pushedUrls } from './pushed-urls.ts';
import { pushedRepositories } from './pushed-repositories.ts';

const secrets = z.array(secretFile()).min(1).max(8).describe('The secrets of the webhook; several while one replaces another.');
const pushConfig = z.strictObject({ secrets });
const bitbucketConfig = pushConfig.extend({ uuids: z.array(z.string().min(1).max(128)).min(1).max(64).exactOptional().describe("The webhooks' UUIDs (X-Hook-UUID), of which one must be named besides.") });

type PushConfig = z.output<typeof bitbucketConfig>;

/** Bytes of a secret: a shorter one can be guessed. */
const shortest = 16;

/** Milliseconds for which an id is remembered. Senders sign no time: what is told again later costs one look at the repository. */
const window = 10 * 60_000;

/** Pushes, as the services tell of them, and as anybody may who signs as Standard Webhooks has it. They wake who follows the repository, and do nothing else. */
export const gitFormats: readonly ErasedFormat[] = [...gitSenders.map((sender) => eraseFormat(formatOf(sender))), eraseFormat(anybodysFormat())];

function formatOf(sender: GitSender): NoticeFormat<PushConfig> {
  return {
    type: sender.type,
    schema: sender.type === 'bitbucket' ? bitbucketConfig : pushConfig,
    secrets: (config) => config.secrets,
    open: (config, context) => ({ kind: 'push', window, receive: (delivery) => receive(delivery, sender, config, context) }),
  };
}

async function receive(delivery: NoticeDelivery, sender: GitSender, config: PushConfig, context: NoticeContext): Promise<Received> {
  const { headers, body, method } = delivery;
  const keys = await keysOf(config, context, (bytes) => (bytes.length < shortest ? undefined : bytes), shortest);
  if (!sender.isGenuine(delivery, keys)) return { kind: 'refused', cause: 'its signature or token is wrong' };
  const { uuids } = config;
  if (uuids?.some((uuid) => isSameSecret(headers['x-hook-uuid'] ?? '', uuid)) === false) return { kind: 'refused', cause: 'its X-Hook-UUID is not one of those that are declared' };
  const id = deliveryId(delivery, sender.ids);
  if (!sender.isPush(delivery)) return { kind: 'events', events: [{ id, notices: [] }] };
  return method === 'POST' ? pushed(id, body, sender.dialect) : notReadable;
}

/** `{"repository": "https://…"}`, for everything else that can sign. */
function anybodysFormat(): NoticeFormat<PushConfig> {
  return {
    type: 'git',
    schema: pushConfig,
    secrets: (config) => config.secrets,
    open: (config, context) => ({
      kind: 'push',
      window: 2 * webhookWindow,
      receive: async (delivery) => {
        const keys = await keysOf(config, context, webhookKey, 24);
        const verified = verifyWebhook(delivery, delivery.body, keys, context.clock.now());
        return verified.kind === 'refused' ? verified : pushed(verified.id, delivery.body, 'plain');
      },
    }),
  };
}

const notReadable: Received = { kind: 'malformed', cause: 'it names no repository' };

function pushed(id: string, body: Uint8Array, dialect: PushDialect): Received {
  const keys = pushedUrls(body, dialect);
  return keys === undefined ? notReadable : { kind: 'events', events: [{ id, notices: [{ provider: pushedRepositories, scope: {}, keys }] }] };
}

async function keysOf(config: PushConfig, { secret }: NoticeContext, read: (bytes: Uint8Array) => Uint8Array | undefined, bytes: number): Promise<readonly Uint8Array[]> {
  return Promise.all(
    config.secrets.map(async (reference) => {
      const key = read((await secret(reference)).reveal());
      if (key === undefined) throw new ProviderError('invalid', `a secret of the source has fewer than ${bytes} bytes`);
      return key;
    }),
  );
}
