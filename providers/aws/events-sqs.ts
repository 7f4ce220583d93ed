import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { z } from 'zod';
import type { NoticeContext, NoticeFormat, PulledSource, SecretFile, TakeEvents } from '../../src/provider/notice-source.ts';
import { secretFile } from '../../src/provider/notice-source.ts';
import { ProviderError } from '../../src/provider/provider-error.ts';
import { parseAwsEvent } from './events-envelope.ts';
import { settingsAt } from './sdk-settings.ts';

const sqsConfig = z.strictObject({
  queueUrl: z.string().max(2048).regex(/^https?:\/\/[^/?#@]+\/\d{12}\/[\w-]{1,80}(?:\.fifo)?$/, 'must be the URL of a queue of SQS').describe('The queue that a rule of EventBridge, or a topic of SNS, sends to.'),
  region: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be the name of an AWS region, like eu-central-1').describe('Its region.'),
  credentials: z
    .strictObject({ accessKeyId: secretFile().describe('The access key id.'), secretAccessKey: secretFile().describe('The secret access key.') })
    .exactOptional()
    .describe('Access keys; absent: the identity of the process.'),
});
type SqsConfig = z.output<typeof sqsConfig>;

/** Seconds that SQS keeps a question open, and a message from others while it is looked at. */
const wait = 20;
const visibility = 30;
const most = 10;

/** A queue of SQS with what EventBridge tells, for clusters that nobody can send to. */
export const sqsFormat: NoticeFormat<SqsConfig> = {
  type: 'sqs',
  schema: sqsConfig,
  secrets: ({ credentials }) => (credentials === undefined ? [] : [credentials.accessKeyId, credentials.secretAccessKey]),
  open: (config, context) => openQueue(config, context),
};

function openQueue(config: SqsConfig, context: NoticeContext): PulledSource {
  let connecting: Promise<SQSClient> | undefined;
  return {
    kind: 'pull',
    pull: async (take, signal) => {
      const client = await (connecting ??= connect(config, context));
      try {
        return await pullOnce(client, config.queueUrl, take, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        throw failureOf(thrown);
      }
    },
    close: async () => (await connecting?.catch(() => undefined))?.destroy(),
  };
}

/** The SDK asks for the credentials again before they end, and after the files have changed. */
async function connect({ queueUrl, region, credentials }: SqsConfig, { secret, clock }: NoticeContext): Promise<SQSClient> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const text = async (reference: SecretFile): Promise<string> => Buffer.from((await secret(reference)).reveal()).toString('utf8');
  const read = async (): Promise<{ accessKeyId: string; secretAccessKey: string; expiration: Date }> => {
    const [accessKeyId, secretAccessKey] = credentials === undefined ? ['', ''] : await Promise.all([text(credentials.accessKeyId), text(credentials.secretAccessKey)]);
    return { accessKeyId, secretAccessKey, expiration: new Date(clock.now() + credentialsKept) };
  };
  // the host of the queue's own address is asked: that of a private endpoint, too
  return new SQSClient({ ...settingsAt(new URL(queueUrl).origin), region, ...(credentials === undefined ? {} : { credentials: read }) });
}

const credentialsKept = 10 * 60_000;

/** Messages are removed only once their events have been taken over: whatever happens in between, SQS shows them again. */
async function pullOnce(client: SQSClient, queueUrl: string, take: TakeEvents, abortSignal: AbortSignal): ReturnType<PulledSource['pull']> {
  const { DeleteMessageBatchCommand, ReceiveMessageCommand } = await import('@aws-sdk/client-sqs');
  const request = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: most, WaitTimeSeconds: wait, VisibilityTimeout: visibility });
  const { Messages: messages = [] } = await client.send(request, { abortSignal });
  const read = messages.map((message) => ({ message, event: parseAwsEvent(message.Body ?? '') }));
  const isTaken = take(read.flatMap(({ event }) => (event === undefined ? [] : [event])));
  const done = read.filter(({ event }) => isTaken || event === undefined);
  if (done.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: done.flatMap(({ message }, index) => entryOf(message, index)) }), { abortSignal });
  return { taken: done.length, malformed: read.filter(({ event }) => event === undefined).length, full: !isTaken };
}

function entryOf({ ReceiptHandle: handle }: Message, index: number): readonly { readonly Id: string; readonly ReceiptHandle: string }[] {
  return handle === undefined ? [] : [{ Id: String(index), ReceiptHandle: handle }];
}

const failure = z.object({ name: z.string(), $metadata: z.object({ httpStatusCode: z.number().optional() }).optional() });
const deniedNames: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'CredentialsProviderError', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'ExpiredToken', 'UnrecognizedClientException', 'InvalidSecurity']);

/** What a failed call means, in our words. */
function failureOf(thrown: unknown): ProviderError {
  if (thrown instanceof ProviderError) return thrown;
  const { name = 'unknown', $metadata } = failure.safeParse(thrown).data ?? {};
  const status = $metadata?.httpStatusCode;
  if (status === 403 || deniedNames.has(name)) return new ProviderError('denied', 'SQS refuses the credentials; allow sqs:ReceiveMessage and sqs:DeleteMessage on the queue');
  if (status === 429 || /throttl/i.test(name)) return new ProviderError('throttled', 'SQS asks to slow down');
  if (/QueueDoesNotExist|NonExistentQueue/.test(name)) return new ProviderError('invalid', 'the queue does not exist');
  return new ProviderError('unavailable', status === undefined ? 'SQS cannot be reached' : `SQS is not available (HTTP ${status})`);
}
