import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { listenLocally } from './listen-locally.ts';

const receive = z.object({ QueueUrl: z.string(), MaxNumberOfMessages: z.number().int().min(1).max(10), WaitTimeSeconds: z.number().int().min(0).max(20), VisibilityTimeout: z.number().int() });
const remove = z.object({ QueueUrl: z.string(), Entries: z.array(z.object({ Id: z.string(), ReceiptHandle: z.string() })).min(1).max(10) });

/** SQS as far as one queue of it is read, on a local port, speaking the real protocol to the real SDK. */
export interface SqsServer extends AsyncDisposable {
  readonly queueUrl: string;
  /** What is in the queue. */
  readonly messages: () => readonly string[];
  readonly send: (body: string) => void;
  /** Ends the time for which messages that were received are hidden from others. */
  readonly showAgain: () => void;
  /** How long it waits for messages, as it was asked to. */
  readonly waits: readonly number[];
  readonly signers: readonly string[];
  /** Refuses everything so; undefined: no longer. */
  readonly fail: (failure: { readonly status: number; readonly code: string } | undefined) => void;
}

export async function startSqs(): Promise<SqsServer> {
  const queue = new Map<string, { readonly body: string; hidden: boolean }>();
  const waits: number[] = [];
  const signers: string[] = [];
  let failure: { readonly status: number; readonly code: string } | undefined;
  let news = Promise.withResolvers<void>();
  let count = 0;

  async function answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const input: unknown = await json(request);
    signers.push(/Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'nobody');
    if (failure !== undefined) return { status: failure.status, body: { __type: `com.amazonaws.sqs#${failure.code}`, message: 'canary-of-the-service' } };
    const target = request.headers['x-amz-target'];
    if (target === 'AmazonSQS.DeleteMessageBatch') {
      const { Entries } = remove.parse(input);
      for (const { ReceiptHandle } of Entries) queue.delete(ReceiptHandle);
      return { status: 200, body: { Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] } };
    }
    if (target !== 'AmazonSQS.ReceiveMessage') return { status: 400, body: { __type: 'com.amazonaws.sqs#UnsupportedOperation' } };
    const { MaxNumberOfMessages, WaitTimeSeconds } = receive.parse(input);
    waits.push(WaitTimeSeconds);
    if (visible().length === 0) await Promise.race([news.promise, new Promise((resolve) => setTimeout(resolve, WaitTimeSeconds * 1000).unref())]);
    const Messages = visible()
      .slice(0, MaxNumberOfMessages)
      .map(([ReceiptHandle, message]) => {
        message.hidden = true;
        return { MessageId: ReceiptHandle, ReceiptHandle, Body: message.body, MD5OfBody: createHash('md5').update(message.body).digest('hex') };
      });
    return { status: 200, body: Messages.length === 0 ? {} : { Messages } };
  }

  const visible = (): [string, { readonly body: string; hidden: boolean }][] => [...queue].filter(([, { hidden }]) => !hidden);
  const server = createServer((request, response) => {
    const send = ({ status, body }: { readonly status: number; readonly body: object }): unknown => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...(status === 200 ? {} : { 'x-amzn-query-error': `${failure?.code ?? ''};Sender` }) }).end(JSON.stringify(body));
    void answer(request).then(send);
  });
  const { url, close } = await listenLocally(server);
  return {
    queueUrl: `${url}/123456789012/secrets`,
    messages: () => [...queue.values()].map(({ body }) => body),
    send: (body) => {
      count += 1;
      queue.set(`receipt-${count}`, { body, hidden: false });
      news.resolve();
      news = Promise.withResolvers<void>();
    },
    showAgain: () => {
      for (const message of queue.values()) message.hidden = false;
    },
    waits,
    signers,
    fail: (value) => (failure = value),
    [Symbol.asyncDispose]: close,
  };
}
