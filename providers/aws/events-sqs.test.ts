import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noticeContext, nobody } from '../../test/support/events-delivery.ts';
import { putSecretValue } from '../../test/support/events-sns.ts';
import { type SqsServer, startSqs } from '../../test/support/events-sqs-server.ts';
import type { NoticeEvent, PulledSource } from '../../src/provider/notice-source.ts';
import { sqsFormat } from './events-sqs.ts';

const { signal } = new AbortController();
let sqs: SqsServer;
let source: PulledSource;
beforeAll(async () => {
  sqs = await startSqs();
  const config = sqsFormat.schema.parse({ queueUrl: sqs.queueUrl, region: 'eu-central-1', credentials: { accessKeyId: { key: 'id' }, secretAccessKey: { key: 'secret' } } });
  const opened = sqsFormat.open(config, noticeContext(nobody, { id: 'AKIDOFTHEQUEUE', secret: 'not-a-real-key' }));
  if (opened.kind !== 'pull') throw new Error('it is pulled');
  source = opened;
});
afterAll(async () => {
  await source.close();
  await sqs[Symbol.asyncDispose]();
});

describe('a queue of SQS', () => {
  it('hands over what it holds, and is emptied of it only then', async () => {
    sqs.send(JSON.stringify(putSecretValue('prod/db')));
    sqs.send(JSON.stringify({ Type: 'Notification', Message: JSON.stringify(putSecretValue('prod/api')) }));
    const taken: NoticeEvent[] = [];
    const came = await source.pull((events) => {
      expect(sqs.messages()).toHaveLength(2);
      taken.push(...events);
      return true;
    }, signal);
    expect(came).toEqual({ taken: 2, malformed: 0, full: false });
    expect(taken.flatMap(({ notices }) => notices.flatMap(({ keys }) => keys))).toEqual(expect.arrayContaining(['prod/db', 'prod/api']));
    expect(sqs.messages()).toEqual([]);
  });

  it('keeps what there was no room for, and shows it again', async () => {
    sqs.send(JSON.stringify(putSecretValue('prod/db')));
    expect(await source.pull(() => false, signal)).toEqual({ taken: 0, malformed: 0, full: true });
    expect(sqs.messages()).toHaveLength(1);
    sqs.showAgain();
    expect(await source.pull(() => true, signal)).toMatchObject({ taken: 1 });
  });

  it('loses what can never be read: it would come again for ever', async () => {
    sqs.send('no event');
    expect(await source.pull(() => true, signal)).toEqual({ taken: 1, malformed: 1, full: false });
    expect(sqs.messages()).toEqual([]);
  });

  it('is asked with long polls, under the keys of the files, and answers as soon as there is something', async () => {
    const began = performance.now();
    const pulling = source.pull(() => true, signal);
    setTimeout(() => sqs.send(JSON.stringify(putSecretValue('prod/db'))), 100);
    expect(await pulling).toMatchObject({ taken: 1 });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(new Set(sqs.waits)).toEqual(new Set([20]));
    expect(new Set(sqs.signers)).toEqual(new Set(['AKIDOFTHEQUEUE']));
  });

  it('stops waiting when it is told to', async () => {
    const ending = new AbortController();
    setTimeout(() => ending.abort(new Error('stopped')), 50);
    await expect(source.pull(() => true, ending.signal)).rejects.toThrow('stopped');
  });

  it.each([
    [403, 'AccessDenied', 'denied'],
    [400, 'QueueDoesNotExist', 'invalid'],
    [429, 'RequestThrottled', 'throttled'],
    [503, 'InternalError', 'unavailable'],
  ])('says what status %i %s means, and nothing of what the service says', async (status, code, kind) => {
    sqs.fail({ status, code });
    await expect(source.pull(() => true, signal)).rejects.toMatchObject({ kind, message: expect.not.stringContaining('canary') });
    sqs.fail(undefined);
  });
});
