import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { cloudEvent, cloudEventHeaders, signWebhook } from '../../../test/support/events-delivery.ts';
import { startNetwork } from '../../../test/support/events-network.ts';
import { createTopic, putSecretValue } from '../../../test/support/events-sns.ts';
import { startSqs } from '../../../test/support/events-sqs-server.ts';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { setStage } from '../../../test/support/secret-stage.ts';
import { externalSecretType, secretStoreType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import type { HttpClient } from '../../lib/http.ts';
import { silentLog } from '../../lib/log.ts';
import type { ChangeNotice } from '../../provider/change-notice.ts';
import { openEvents, type RunningEvents, type Wake } from './open-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-events-'));
const key = 'a key as it stands, of enough bytes';
writeFileSync(join(folder, 'key'), key);
afterAll(() => rmSync(folder, { recursive: true }));

let running: RunningEvents | undefined;
afterEach(() => running?.close());

/** Starts what a file declares, and answers where it listens. */
async function start(sources: string, wake: Wake, http?: HttpClient): Promise<string> {
  writeFileSync(join(folder, 'events.yaml'), `secretsFolder: ${folder}\nsources:\n${sources}`);
  const events = await openEvents({ config: join(folder, 'events.yaml'), listen: { host: '127.0.0.1', port: 0 } }, { clock: systemClock, random: Math.random, log: silentLog, ...(http === undefined ? {} : { http }) });
  const started = await events.start(wake, () => true);
  if (typeof started === 'string') throw new Error(started);
  running = started;
  return `http://127.0.0.1:${started.port ?? 0}/v1/events`;
}

async function tell(url: string, subject: string, by = key): Promise<number> {
  const body = cloudEvent(subject);
  return (await fetch(`${url}/own`, { method: 'POST', body, headers: { ...cloudEventHeaders, ...signWebhook(body, by) } })).status;
}

const scripted = '  - {name: own, type: cloudevents, provider: scripted, secrets: [{key: key}]}\n';

describe('a push that is told', () => {
  it('wakes who follows the repository, once however often it is told, and nobody without the secret', async () => {
    const woken: ChangeNotice[] = [];
    const url = await start('  - {name: github, type: github, secrets: [{key: key}]}\n', (notice) => woken.push(notice));
    const body = JSON.stringify({ ref: 'refs/heads/main', repository: { clone_url: 'https://github.com/acme/testnets.git' } });
    const push = async (by: string): Promise<number> => {
      const headers = { 'x-github-event': 'push', 'x-github-delivery': 'd-1', 'x-hub-signature-256': `sha256=${createHmac('sha256', by).update(body).digest('hex')}` };
      return (await fetch(`${url}/github`, { method: 'POST', body, headers })).status;
    };

    expect(await push('another key, as long as it should be')).toBe(401);
    expect([await push(key), await push(key)]).toEqual([202, 202]);

    await expect.poll(() => woken).toEqual([{ provider: 'git', scope: {}, keys: ['github.com/acme/testnets'] }]);
  });
});

describe('a change at a provider that is told', () => {
  const stage = setStage('events', openLocalWorld);
  const hourly = { refreshInterval: '1h' };

  it('is in the Secret at once, though it would be read in an hour', async () => {
    await stage.start({ 'prod/db': 'one' });
    const url = await start(scripted, (notice) => stage.running.wake(notice));
    await stage.declare('db', hourly);
    await stage.untilData('db', { password: 'one' });
    stage.running.remote['prod/db'] = 'two';
    expect(await tell(url, 'prod/db')).toBe(202);
    await stage.untilData('db', { password: 'two' }, 2_000);
  });

  it('reaches who extracts it and who might find it, and asks for nothing that nobody reads', async () => {
    await stage.start({ 'prod/db': '{"a":"one"}' });
    const url = await start(scripted, (notice) => stage.running.wake(notice));
    await stage.declare('extracted', { ...hourly, data: [], dataFrom: [{ extract: { key: 'prod/db' } }] });
    await stage.declare('found', { ...hourly, data: [], dataFrom: [{ find: { path: 'prod/', name: { regexp: 'db' } } }] });
    await stage.untilData('extracted', { a: 'one' });
    await stage.untilSynced('found');
    const asked = stage.running.script.calls.length;
    expect([await tell(url, 'prod/unknown'), await tell(url, 'test/db')]).toEqual([202, 202]);
    await stage.pause(300);
    expect(stage.running.script.calls).toHaveLength(asked);
    stage.running.remote['prod/db'] = '{"a":"two"}';
    await tell(url, 'prod/db');
    await stage.untilData('extracted', { a: 'two' }, 2_000);
    await stage.untilData('found', { prod_db: '{"a":"two"}' }, 2_000);
  });

  it('is read once for all who refer to it', async () => {
    await stage.start({ 'prod/db': 'one' });
    const names = Array.from({ length: 20 }, (_, count) => `db-${count}`);
    for (const name of names) await stage.declare(name, hourly);
    for (const name of names) await stage.untilData(name, { password: 'one' });
    const { script, remote } = stage.running;
    const asked = script.calls.length;
    remote['prod/db'] = 'two';
    expect(stage.running.wake({ provider: 'scripted', scope: {}, keys: ['prod/db'] })).toBe(20);
    for (const name of names) await stage.untilData(name, { password: 'two' }, 5_000);
    expect(script.calls.length - asked).toBeLessThanOrEqual(2);
  });

  it('is read again and again until the provider answers', async () => {
    await stage.start({ 'prod/db': 'one' });
    await stage.declare('db', hourly);
    await stage.untilData('db', { password: 'one' });
    const { script } = stage.running;
    const well = script.answer;
    script.answer = () => Promise.reject(new Error('broken'));
    stage.running.remote['prod/db'] = 'two';
    expect(stage.running.wake({ provider: 'scripted', scope: {}, keys: ['prod/db'] })).toBe(1);
    await stage.untilFailed('db', /./);
    script.answer = well;
    await stage.untilData('db', { password: 'two' });
  });

  it('while it is being read is read once more: that read may not have seen it', async () => {
    await stage.start({ 'prod/db': 'one' });
    await stage.declare('db', hourly);
    await stage.untilData('db', { password: 'one' });
    const { script, remote } = stage.running;
    const well = script.answer;
    const gate = Promise.withResolvers<void>();
    let late = false;
    script.answer = async (refs, signal) => {
      const before = await well(refs, signal);
      if (!late) {
        late = true;
        await gate.promise;
      }
      return before;
    };
    stage.running.wake({ provider: 'scripted', scope: {}, keys: ['prod/db'] });
    await stage.until(() => expect(late).toBe(true));
    remote['prod/db'] = 'two';
    stage.running.wake({ provider: 'scripted', scope: {}, keys: ['prod/db'] });
    gate.resolve();
    await stage.untilData('db', { password: 'two' });
  });

  it.each([
    ['is made once', { refreshPolicy: 'CreatedOnce' }],
    ['follows its declaration alone', { refreshPolicy: 'OnChange' }],
    ['is never refreshed', { refreshInterval: '0' }],
  ])('leaves a Secret alone that %s', async (_, spec) => {
    await stage.start({ 'prod/db': 'one' });
    await stage.declare('db', { ...hourly, ...spec });
    await stage.untilData('db', { password: 'one' });
    stage.running.remote['prod/db'] = 'two';
    expect(stage.running.wake({ provider: 'scripted', scope: {}, keys: ['prod/db'] })).toBe(0);
    await stage.pause(200);
    await stage.untilData('db', { password: 'one' });
  });

  it('leaves stores alone that are somewhere else, and follows a store that moves', async () => {
    await stage.start({ 'prod/db': 'one' });
    await stage.declare('db', hourly);
    await stage.untilData('db', { password: 'one' });
    const wake = (account: string): number => stage.running.wake({ provider: 'scripted', scope: { account }, keys: ['prod/db'] });
    expect([wake('another'), wake(stage.namespace)]).toEqual([0, 1]);
    await stage.edit(secretStoreType, 'vault', (store) => ({ ...store, spec: { provider: { scripted: { account: 'another' } } } }));
    await stage.until(() => expect([wake('another'), wake(stage.namespace)]).toEqual([1, 0]));
    await stage.remove(externalSecretType, 'db');
    await stage.until(() => expect(wake('another')).toBe(0));
  });
});

describe('sources', () => {
  it('are let in by their own proofs alone', async () => {
    await using network = await startNetwork();
    const topic = createTopic();
    network.answers.set(topic.certificateUrl, () => ({ body: topic.certificate }));
    const woken: ChangeNotice[] = [];
    const url = await start(`${scripted}  - {name: aws, type: sns, topicArns: ["${topic.arn}"]}\n`, (notice) => woken.push(notice), network.http);
    const post = async (source: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => (await fetch(`${url}/${source}`, { method: 'POST', body, headers })).status;
    const message = topic.notification(putSecretValue('prod/db'));
    expect(await post('aws', message)).toBe(202);
    const event = cloudEvent('prod/db');
    const signed = { ...cloudEventHeaders, ...signWebhook(event, key) };
    expect([await post('aws', event, signed), await post('own', message), await post('none', event, signed), await tell(url, 'prod/db', 'another key of somebody else, of enough bytes')]).toEqual([401, 401, 401, 401]);
    const answer = await fetch(`${url}/own`, { method: 'POST', body: event, headers: { ...signed, 'webhook-id': 'another' } });
    expect([answer.status, await answer.text()]).toEqual([401, '']);
    // twice the same: the second time nobody is woken
    expect([await post('own', event, signed), await post('own', event, signed), await post('aws', message)]).toEqual([202, 202, 202]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(woken.map(({ provider }) => provider)).toEqual(['aws', 'scripted']);
  });

  it('are heard through a flood of forgeries, which costs nobody a read', async () => {
    const woken: ChangeNotice[] = [];
    const url = await start(scripted, (notice) => woken.push(notice));
    const forged = Array.from({ length: 500 }, (_, count) => tell(url, `prod/${count}`, 'another key of somebody else, of enough bytes'));
    expect(await tell(url, 'prod/db')).toBe(202);
    expect(new Set(await Promise.all(forged))).toEqual(new Set([401]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(woken.map(({ keys }) => keys)).toEqual([['prod/db']]);
  });

  it('are pulled from, where nobody can send', async () => {
    await using sqs = await startSqs();
    const credentials = 'credentials: {accessKeyId: {key: key}, secretAccessKey: {key: key}}';
    const woken: ChangeNotice[] = [];
    await start(`  - {name: queue, type: sqs, queueUrl: "${sqs.queueUrl}", region: eu-central-1, ${credentials}}\n`, (notice) => woken.push(notice));
    sqs.send(JSON.stringify(putSecretValue('prod/db')));
    await expect.poll(() => woken.length, { timeout: 5_000 }).toBe(1);
    await expect.poll(() => sqs.messages()).toEqual([]);
  });

  it('that are sent to need an address', async () => {
    writeFileSync(join(folder, 'events.yaml'), `secretsFolder: ${folder}\nsources:\n${scripted}`);
    const events = await openEvents({ config: join(folder, 'events.yaml'), listen: undefined }, { clock: systemClock, random: Math.random, log: silentLog });
    expect(await events.start(() => 0, () => true)).toBe('own: sources that are sent to need --events-listen');
  });
});
