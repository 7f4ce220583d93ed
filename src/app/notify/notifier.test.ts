import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLocalWorld } from '../../../test/support/local-world.ts';
import { type MoodyServer, type ServedRequest, startMoodyServer } from '../../../test/support/moody-server.ts';
import type { World } from '../../../test/support/secret-stage.ts';
import type { KubeObject } from '../../api/object.ts';
import { applicationType, namespaceType } from '../../kube/resource-types.ts';
import { systemClock } from '../../lib/clock.ts';
import { createHttpClient } from '../../lib/http-client.ts';
import { silentLog } from '../../lib/log.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';
import { verifyWebhook } from '../events/standard-webhook.ts';
import { UsageError } from '../options.ts';
import type { Notifier } from './notifier.ts';
import { openNotify } from './open-notify.ts';

const folder = mkdtempSync(join(tmpdir(), 'prelude-notify-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { signal } = new AbortController();
const commit = 'a'.repeat(40);
const key = 'a key of the webhook, which is long enough';
const quick = { ...systemClock, after: (ms: number, run: () => void) => systemClock.after(Math.min(ms, 20), run) };

let world: World;
let server: MoodyServer;
let received: ServedRequest[];
let outcomes: string[];
let notifier: Notifier | undefined;
const http = createHttpClient({ clock: systemClock, allowLoopback: true });
afterAll(() => http.close());

beforeEach(async () => {
  world = await openLocalWorld();
  received = [];
  outcomes = [];
  server = await startMoodyServer((request) => {
    received.push(request);
    const isHosted = request.path.startsWith('/api');
    if (isHosted && request.headers['user-agent'] === undefined) return { status: 403 };
    return { status: isHosted ? 201 : 200, body: isHosted ? { id: 1 } : 'ok' };
  });
  writeFileSync(join(folder, 'slack'), `${server.url}/services/T0/B0/secret-path\n`);
  writeFileSync(join(folder, 'hmac'), `${key}\n`);
  writeFileSync(join(folder, 'token'), 'a-canary-token\n');
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }, { fieldManager: 'test' }, signal);
});
afterEach(async () => {
  await notifier?.close(AbortSignal.timeout(1_000));
  notifier = undefined;
  await server.close();
  await world.close();
});

const config = (): string => `secretsFolder: ${folder}
secretsWaitAtMost: 5m
targetUrl: https://dash.example/{namespace}/{name}
services:
  - {name: team, type: slack, url: {key: slack}, triggers: [on-deployed, on-health-degraded]}
  - {name: ops, type: webhook, url: "${server.url}/hook", secret: {key: hmac}}
  - {name: hub, type: github, token: {key: token}, apiUrl: "${server.url}/api/v3", host: git.example}
  - {name: lab, type: gitlab, token: {key: token}, apiUrl: "${server.url}/api/v4", host: lab.example}
`;

async function start(text = config()): Promise<Notifier> {
  const file = join(folder, 'notify.yaml');
  writeFileSync(file, text);
  const notify = await openNotify(file, { clock: quick, random: () => 0, log: silentLog, ownAddresses: [], http: http.request });
  notifier = notify.start(world.cluster, { notified: (service, outcome) => void outcomes.push(`${service} ${outcome}`) });
  return notifier;
}

function statusOf(phase: string, health: string, at = Date.now()): object {
  const time = formatTimestamp(at);
  return {
    sync: { status: 'Synced', revision: commit },
    health: { status: health, message: `Deployment node: ${health} <it>`, lastTransitionTime: time },
    operationState: { operation: {}, phase, message: 'the operation says why', syncResult: { revision: commit }, startedAt: time, finishedAt: time },
  };
}

async function application(status: object, annotations: Readonly<Record<string, string>> = {}, repoURL = 'https://git.example/acme/nets.git'): Promise<KubeObject> {
  const spec = { source: { repoURL, path: 'devnet' }, destination: { name: 'in-cluster', namespace: 'devnet' } };
  const object = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'devnet', annotations }, spec };
  const made = await world.cluster.create(applicationType, object, { fieldManager: 'test' }, signal);
  return { ...made, status };
}

const until = (check: () => unknown): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 }).then(() => undefined);
const told = async (): Promise<unknown> => {
  const live = await world.cluster.get(applicationType, { namespace: 'argocd', name: 'devnet' }, signal);
  return JSON.parse(live?.metadata.annotations?.['notified.notifications.argoproj.io'] ?? '{}');
};
const sentTo = (path: string): readonly ServedRequest[] => received.filter((request) => request.path.startsWith(path));
const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

describe('notifications', () => {
  it('tell Slack and the commit that an Application is synced and healthy, once, also after a restart', async () => {
    const object = await application(statusOf('Succeeded', 'Healthy'));
    const first = await start();
    first.note(object, undefined);
    first.note(object, undefined);
    await until(async () => expect(Object.keys(Object(await told()))).toHaveLength(2));

    expect(JSON.parse(sentTo('/services/T0/B0/secret-path')[0]?.body ?? '')).toEqual({ text: ':white_check_mark: *<https://dash.example/argocd/devnet|argocd/devnet>* synced and healthy at aaaaaaaa' });
    const [status] = sentTo('/api/v3');
    expect([status?.path, status?.headers.authorization, JSON.parse(status?.body ?? '')]).toEqual([
      `/api/v3/repos/acme/nets/statuses/${commit}`,
      'Bearer a-canary-token',
      { state: 'success', context: 'prelude/argocd/devnet', description: 'synced and healthy', target_url: 'https://dash.example/argocd/devnet' },
    ]);
    await first.close(AbortSignal.timeout(1_000));
    const live = await world.cluster.get(applicationType, { namespace: 'argocd', name: 'devnet' }, signal);
    if (live === undefined) throw new Error('the Application is gone');
    (await start()).note({ ...live, status: object['status'] }, undefined);
    await pause(200);
    expect(received).toHaveLength(2);
    expect(outcomes.toSorted()).toEqual(['hub sent', 'team sent']);
  });

  it('say why an Application is degraded and what can be done, in the words of each service, and nothing that means something to it', async () => {
    (await start()).note(await application(statusOf('Succeeded', 'Degraded')), undefined);
    await until(() => expect(received).toHaveLength(2));

    expect(JSON.parse(sentTo('/services')[0]?.body ?? '').text).toBe(':x: *<https://dash.example/argocd/devnet|argocd/devnet>* degraded at aaaaaaaa\n> Deployment node: Degraded &lt;it&gt;\nNext: push a fix, or go back with prelude rollback argocd/devnet; prelude status argocd/devnet tells more');
    expect(JSON.parse(sentTo('/api/v3')[0]?.body ?? '')).toMatchObject({ state: 'failure', description: 'degraded: Deployment node: Degraded <it>. Next: prelude status argocd/devnet tells more' });
  });

  it('sign what a webhook gets, which an annotation has asked for', async () => {
    (await start()).note(await application(statusOf('Failed', 'Healthy'), { 'notifications.argoproj.io/subscribe.on-sync-failed.ops': '' }), undefined);
    await until(() => expect(sentTo('/hook')).toHaveLength(1));
    const [request] = sentTo('/hook');
    if (request === undefined) throw new Error('nothing was sent');
    const headers = Object.fromEntries(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])));

    expect(verifyWebhook({ headers }, Buffer.from(request.body), [Buffer.from(key)], Date.now())).toMatchObject({ kind: 'valid' });
    expect(JSON.parse(request.body)).toMatchObject({ type: 'application.sync-failed', data: { application: { namespace: 'argocd', name: 'devnet' }, source: { revision: commit }, state: 'failure', cause: 'the operation says why' } });
  });

  it('tell GitLab in its own words, and only of repositories that it hosts', async () => {
    (await start()).note(await application(statusOf('Running', 'Healthy'), {}, 'git@lab.example:group/sub/nets.git'), undefined);
    await until(() => expect(sentTo('/api/v4')).toHaveLength(1));

    expect(sentTo('/api/v4')[0]).toMatchObject({ path: `/api/v4/projects/group%2Fsub%2Fnets/statuses/${commit}` });
    expect(sentTo('/api/v4')[0]?.headers['private-token']).toBe('a-canary-token');
    expect(JSON.parse(sentTo('/api/v4')[0]?.body ?? '')).toMatchObject({ state: 'running', name: 'prelude/argocd/devnet' });
    expect(sentTo('/api/v3')).toEqual([]);
  });

  it('tell that Secrets are waited for, once that takes longer than it may', async () => {
    const annotations = { 'notifications.argoproj.io/subscribe.on-secrets-waiting.ops': '' };
    const object = await application(statusOf('Running', 'Healthy', Date.now() - 400_000), annotations);
    const running = await start();
    running.note(object, { kind: 'waiting', reason: 'WaitingForSecrets', message: 'Secret devnet/db: its key password is not there' });
    await until(() => expect(sentTo('/hook')).toHaveLength(1));

    expect(JSON.parse(sentTo('/hook')[0]?.body ?? '')).toMatchObject({ type: 'application.secrets-waiting', data: { state: 'pending', cause: 'Secret devnet/db: its key password is not there' } });
  });

  it('come again when a service is down, and are put on record only when it has taken them', async () => {
    server.behave('down');
    (await start()).note(await application(statusOf('Succeeded', 'Healthy')), undefined);
    await until(() => expect(server.requests()).toBeGreaterThan(4));
    expect(await told()).toEqual({});
    server.behave('well');

    await until(async () => expect(Object.keys(Object(await told()))).toHaveLength(2));
  });

  it('show on a commit what has changed, and not each time that health comes and goes', async () => {
    const at = Date.now() - 60_000;
    const object = await application(statusOf('Succeeded', 'Healthy', at));
    const becomes = (health: string, seconds: number): KubeObject => ({ ...object, status: { ...statusOf('Succeeded', health, at), health: { status: health, message: health, lastTransitionTime: formatTimestamp(at + seconds * 1_000) } } });
    const states = (): readonly unknown[] => sentTo('/api/v3').map(({ body }) => JSON.parse(body).state);
    let running = await start();
    const note = async (...given: readonly KubeObject[]): Promise<void> => {
      for (const one of given) {
        running.note(one, undefined);
        await pause(100);
      }
    };
    await note(object, becomes('Progressing', 5), becomes('Healthy', 10), becomes('Progressing', 15), becomes('Healthy', 20));
    expect(states()).toEqual(['success']);

    // the one before may come late
    await note(becomes('Degraded', 25), becomes('Healthy', 20), becomes('Degraded', 25), becomes('Healthy', 30));
    expect(states()).toEqual(['success', 'failure', 'success']);
    await until(async () => expect(Object.keys(Object(await told())).filter((name) => name.endsWith(':hub'))).toEqual([expect.stringContaining(':on-state:success:')]));

    await running.close(AbortSignal.timeout(1_000));
    running = await start();
    const live = await world.cluster.get(applicationType, { namespace: 'argocd', name: 'devnet' }, signal);
    if (live === undefined) throw new Error('the Application is gone');
    await note({ ...becomes('Healthy', 40), metadata: live.metadata }, { ...becomes('Degraded', 45), metadata: live.metadata });
    expect(states()).toEqual(['success', 'failure', 'success', 'failure']);
  });

  it('show the state of now once a service is back, and not one that came and went in between', async () => {
    const at = Date.now() - 60_000;
    const object = await application(statusOf('Succeeded', 'Healthy', at));
    const running = await start();
    running.note(object, undefined);
    await until(() => expect(sentTo('/api/v3')).toHaveLength(1));
    server.behave('down');
    running.note({ ...object, status: statusOf('Succeeded', 'Degraded', at + 5_000) }, undefined);
    await pause(100);
    running.note({ ...object, status: statusOf('Succeeded', 'Healthy', at + 10_000) }, undefined);
    // what is on its way at this moment was sent before
    await pause(100);
    server.behave('well');

    await until(() => expect(sentTo('/api/v3').map(({ body }) => JSON.parse(body).state)).toEqual(['success', 'success']));
  });

  it('show on a commit that it was given up, beside the one that is in again', async () => {
    const bad = 'b'.repeat(40);
    const pin = JSON.stringify({ revision: commit, replaces: bad, automatic: true, cause: 'it was not healthy in time' });
    const object = await application(statusOf('Succeeded', 'Healthy'), { 'prelude.dev/rollback-to': pin });
    const running = await start();
    running.note(object, undefined);
    running.note(object, undefined);

    await until(() => expect(sentTo('/api/v3').map(({ path, body }) => `${path.split('/').at(-1)} ${JSON.parse(body).state}`).toSorted()).toEqual([`${commit} success`, `${bad} failure`]));
    expect(sentTo('/api/v3').map(({ body }) => JSON.parse(body).description)).toContainEqual(expect.stringContaining('given up: rolled back to'));
  });

  it('are given up where a service refuses them, and say nothing of what it answers', async () => {
    server.behave('refusing');
    (await start()).note(await application(statusOf('Succeeded', 'Healthy')), undefined);
    await until(() => expect(outcomes.toSorted()).toEqual(expect.arrayContaining(['hub refused', 'team refused'])));

    expect(await told()).toEqual({});
  });

  it('are no news an hour later', async () => {
    (await start()).note(await application(statusOf('Succeeded', 'Healthy', Date.now() - 3_700_000)), undefined);
    await pause(100);

    expect(received).toEqual([]);
  });
});

describe('the file of services', () => {
  async function open(text: string): Promise<string> {
    try {
      await start(text);
      return 'opened';
    } catch (error) {
      if (error instanceof UsageError) return error.message.replaceAll(folder, '');
      throw error;
    }
  }

  it('is told where it is wrong, with the line, and without what stands there', async () => {
    expect(await open(config())).toBe('opened');
    expect(await open('services:\n  - {name: a, type: slack, url: "https://hooks.example/a-canary"}\n  - {name: a, type: email}\n  - {name: on-deployed, type: slack}\n')).toMatch(/^\/notify\.yaml:4: services\[2\]\.name: is the name of a trigger$/);
    expect(await open('services:\n  - {name: a, type: slack, url: "https://hooks.example/a-canary"}\n  - {name: a, type: email}\n')).toBe(`/notify.yaml:2: services[0].url: must be {file: /path} or {key: name}: a secret never stands here itself
/notify.yaml:3: services[1].name: is the name of another service already
/notify.yaml:3: services[1].type: must be one of slack, webhook, github, gitlab`);
    expect(await open(`secretsFolder: ${folder}\nservices: [{name: a, type: github, token: {key: token}, triggers: [on-deployed]}]\n`)).toMatch(/triggers: a commit has one status/);
    expect(await open(`secretsFolder: ${folder}\nservices: [{name: a, type: slack, url: {key: missing}}]\n`)).toBe('/notify.yaml: service a: the file /missing cannot be read');
  });
});
