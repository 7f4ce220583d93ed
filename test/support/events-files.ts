import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './parts/free-ports.ts';
import { cloudEvent, cloudEventHeaders, signWebhook } from './events-delivery.ts';

/** The configuration of a controller that is told of changes, as a pod has it mounted. */
export interface EventsFiles extends Disposable {
  /** Flags of `prelude run`. */
  readonly args: readonly string[];
  /** Tells the source `own`, as whoever has written the value would. Answers the status. */
  readonly tell: (remoteKey: string) => Promise<number>;
}

const key = 'a key as it stands, of enough bytes';

/** @param queueUrl a queue of SQS that is pulled as well */
export async function writeEventsFiles(queueUrl?: string): Promise<EventsFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'prelude-events-'));
  const [port = 0] = await freePorts(1);
  writeFileSync(join(folder, 'own'), key);
  writeFileSync(join(folder, 'access-key'), 'AKIDOFTHEQUEUE');
  const queue = queueUrl === undefined ? '' : `  - {name: queue, type: sqs, queueUrl: "${queueUrl}", region: eu-central-1, credentials: {accessKeyId: {key: access-key}, secretAccessKey: {key: access-key}}}\n`;
  const rate = 'rate: {perSecond: 1000, burst: 10000}';
  writeFileSync(join(folder, 'events.yaml'), `secretsFolder: ${folder}\nsources:\n  - {name: own, type: cloudevents, provider: aws, scope: {service: SecretsManager, region: eu-central-1}, secrets: [{key: own}], ${rate}}\n${queue}`);
  return {
    args: ['--events-config', join(folder, 'events.yaml'), '--events-listen', `127.0.0.1:${port}`],
    tell: async (remoteKey) => {
      const body = cloudEvent(remoteKey);
      const answer = await fetch(`http://127.0.0.1:${port}/v1/events/own`, { method: 'POST', body, headers: { ...cloudEventHeaders, ...signWebhook(body, key) } });
      await answer.arrayBuffer();
      return answer.status;
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
