import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { KubeObject } from '../../../src/api/object.ts';
import type { ResourceType } from '../../../src/kube/port.ts';
import { applicationSetType, applicationType, configMapType, deploymentType, namespaceType, secretType } from '../../../src/kube/resource-types.ts';
import { runCli } from '../../support/cli-process.ts';
import { type ControllerProcess, startController } from '../../support/controller-process.ts';
import { type GitHttpsServer, startGitHttpsServer } from '../../support/git-https-server.ts';
import { createGitRemote, type GitRemote } from '../../support/git-remote.ts';
import { openRealWorld, type RealWorld } from '../../support/real-world.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What the services of notifications got. */
interface Delivered {
  readonly path: string;
  readonly signature: string | undefined;
  readonly body: Fields;
}

const { signal } = new AbortController();
const manager = { fieldManager: 'test' };
const planted = 'planted-value-of-a-secret';

let world: RealWorld;
let remote: GitRemote;
let git: GitHttpsServer;
let url: string;
let sink: Server;
let delivered: Delivered[];
let folder: string;
let controller: ControllerProcess;
let cliEnv: Readonly<Record<string, string>>;

/** This machine's own: services of notifications may not have the loopback address. */
function ownAddress(): string {
  const address = Object.values(networkInterfaces()).flatMap((found) => found ?? []).find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  if (address === undefined) throw new Error('this machine has no address but the loopback one');
  return address;
}

async function startSink(): Promise<string> {
  sink = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      const signature = request.headers['webhook-signature'];
      delivered.push({ path: request.url ?? '', signature: typeof signature === 'string' ? signature : undefined, body: z.record(z.string(), z.unknown()).parse(JSON.parse(text)) });
      response.writeHead(201, { 'content-type': 'application/json' }).end('{"id": 1}');
    });
  });
  sink.listen(0, ownAddress());
  await once(sink, 'listening');
  const address = sink.address();
  return `http://${ownAddress()}:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

beforeAll(async () => {
  delivered = [];
  [world, remote, folder] = await Promise.all([openRealWorld(), createGitRemote(), mkdtemp(join(tmpdir(), 'prelude-operations-'))]);
  await world.cluster.create(namespaceType, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }, manager, signal);
  const bare = fileURLToPath(remote.url);
  git = await startGitHttpsServer(dirname(dirname(bare)));
  url = `${git.url}/${basename(dirname(bare))}/remote.git`;
  const services = await startSink();
  const notify = `secretsFolder: ${folder}
services:
  - {name: ops, type: webhook, url: "${services}/hook", secret: {key: hmac}}
  - {name: hub, type: github, token: {key: token}, apiUrl: "${services}/api/v3", host: "${new URL(url).host}"}
`;
  const files = { 'ca.pem': git.ca, hmac: 'a key of the webhook, which is long enough\n', token: 'a-token\n', 'notify.yaml': notify };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  cliEnv = { GIT_SSL_CAINFO: join(folder, 'ca.pem'), PRELUDE_CACHE_DIR: join(folder, 'cache') };
  const args = ['--application-namespaces', 'argocd', '--namespace', 'argocd', '--poll-interval', '1s', '--git-allow-loopback', '--controllers', 'git', '--notify-config', join(folder, 'notify.yaml')];
  controller = await startController({ kubeconfig: world.kubeconfig, args, env: { GIT_SSL_CAINFO: join(folder, 'ca.pem') }, readyWithin: 90_000 });
});
afterAll(async () => {
  await controller.stop();
  sink.close();
  await Promise.all([git.close(), remote.close(), world.stop(), rm(folder, { recursive: true })]);
});

const until = (check: () => unknown): Promise<void> => vi.waitFor(check, { timeout: 40_000, interval: 100 }).then(() => undefined);
const get = (type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> => world.cluster.get(type, { namespace, name }, signal);
const find = (name: string): Promise<KubeObject | undefined> => get(applicationType, 'argocd', name);
const valueOf = async (namespace: string): Promise<unknown> => Object((await get(configMapType, namespace, 'settings'))?.['data'])['value'];
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {value: ${value}}\n`;
const deployment = (selector = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: node}
spec:
  selector: {matchLabels: {app: node}}
  template:
    metadata: {labels: {app: node}}
    spec: {${selector}containers: [{name: node, image: 'registry.example/node:1'}]}
`;

async function push(files: Readonly<Record<string, string | undefined>>, message = 'change'): Promise<string> {
  for (const [path, text] of Object.entries(files)) await (text === undefined ? remote.remove(path) : remote.write(path, text));
  return remote.push(message);
}

const specOf = (path: string, namespace: string): Fields => ({
  project: 'default',
  source: { repoURL: url, targetRevision: 'main', path },
  destination: { server: 'https://kubernetes.default.svc', namespace },
  syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
});
const declare = (name: string, annotations: Readonly<Record<string, string>> = {}): Promise<KubeObject> =>
  world.cluster.create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name, annotations }, spec: specOf(name, name) }, manager, signal);
const untilIn = (name: string, commit: string): Promise<void> => until(async () => expect((await find(name))?.['status']).toMatchObject({ sync: { status: 'Synced', revision: commit }, health: { status: 'Healthy' }, operationState: { phase: 'Succeeded' } }));
const prelude = (...args: readonly string[]) => runCli([...args, '--kubeconfig', world.kubeconfig], { env: cliEnv, cwd: remote.folder });

describe('on a real API server', { timeout: 120_000 }, () => {
  it('an ApplicationSet follows the folders of a repository, as far as its policy goes', async () => {
    await push({ 'nets/alpha/a.yaml': config('alpha'), 'nets/beta/a.yaml': config('beta') });
    const template = { metadata: { name: 'net-{{path.basename}}' }, spec: specOf('{{path}}', 'net-{{path.basename}}') };
    const spec = { generators: [{ git: { repoURL: url, revision: 'main', directories: [{ path: 'nets/*' }] } }], template };
    await world.cluster.create(applicationSetType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { namespace: 'argocd', name: 'nets' }, spec: { ...spec, syncPolicy: { applicationsSync: 'create-update' } } }, manager, signal);
    await until(async () => expect([await valueOf('net-alpha'), await valueOf('net-beta')]).toEqual(['alpha', 'beta']));

    const commit = await push({ 'nets/beta': undefined, 'nets/gamma/a.yaml': config('gamma') });
    await until(async () => expect(await valueOf('net-gamma')).toBe('gamma'));
    await untilIn('net-gamma', commit);
    expect(await find('net-beta')).toBeDefined();
    expect(await valueOf('net-beta')).toBe('beta');

    await until(async () => {
      const set = await get(applicationSetType, 'argocd', 'nets');
      if (set === undefined) throw new Error('the ApplicationSet is gone');
      await world.cluster.update(applicationSetType, { ...set, spec }, manager, signal);
    });
    await until(async () => expect(await find('net-beta')).toBeUndefined());
    expect(await valueOf('net-beta')).toBeUndefined();
    expect(await valueOf('net-alpha')).toBe('alpha');
  });

  it('whoever has asked for it is told of a deployment, once, and the commit gets its status', async () => {
    const commit = await push({ 'told/a.yaml': config('one'), 'told/node.yaml': deployment() });
    await declare('told', { 'notifications.argoproj.io/subscribe.on-deployed.ops': '' });
    await untilIn('told', commit);
    const told = (): readonly Delivered[] => delivered.filter(({ body }) => JSON.stringify(body).includes('"name":"told"'));
    await until(() => expect(told()).toHaveLength(1));

    expect(told()).toEqual([
      {
        path: '/hook',
        signature: expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
        body: {
          type: 'application.deployed',
          timestamp: expect.stringMatching(/^\d{4}-/),
          data: { application: { namespace: 'argocd', name: 'told' }, destination: { namespace: 'told' }, source: { repoURL: url, revision: commit }, state: 'success', title: 'synced and healthy', cause: '', nextStep: '' },
        },
      },
    ]);
    const project = new URL(url).pathname.replace('.git', '');
    const statuses = (): readonly unknown[] => delivered.filter(({ path, body }) => path === `/api/v3/repos${project}/statuses/${commit}` && body['context'] === 'prelude/argocd/told').map(({ body }) => body['state']);
    await until(() => expect(statuses().at(-1)).toBe('success'));

    // what is put back by hand, and looked at again, is no news
    await world.cluster.delete(configMapType, { namespace: 'told', name: 'settings' }, {}, signal);
    await until(async () => expect(await valueOf('told')).toBe('one'));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(told()).toHaveLength(1);
  });

  it('prelude rollback goes back with automation left on, and a newer commit is followed again', async () => {
    const good = await push({ 'back/a.yaml': config('good') });
    await declare('back');
    await untilIn('back', good);
    const bad = await push({ 'back/a.yaml': config('bad'), 'back/b.yaml': config('more').replace('settings', 'more') });
    await untilIn('back', bad);

    const { code, stdout, stderr } = await prelude('rollback', 'back');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`back goes back to ${good.slice(0, 8)}`);
    await until(async () => expect([await valueOf('back'), await get(configMapType, 'back', 'more')]).toEqual(['good', undefined]));
    await until(async () => expect((await find('back'))?.['status']).toMatchObject({ sync: { status: 'Synced', revision: good }, conditions: [{ type: 'RollbackWarning' }] }));

    const fixed = await push({ 'back/a.yaml': config('fixed') });
    await untilIn('back', fixed);
    expect(await valueOf('back')).toBe('fixed');
  });

  it('what does not become healthy goes back to what was, by itself, where the Application says so', async () => {
    const good = await push({ 'auto/node.yaml': deployment(), 'auto/a.yaml': config('good') });
    await declare('auto', { 'prelude.dev/auto-rollback': '2s' });
    await untilIn('auto', good);
    await until(async () => expect((await find('auto'))?.metadata.annotations?.['prelude.dev/rollback-record']).toContain(good));
    // no node has that label
    const bad = await push({ 'auto/node.yaml': deployment('nodeSelector: {there: "no"}, '), 'auto/a.yaml': config('bad') });

    await until(async () => expect((await find('auto'))?.['status']).toMatchObject({ sync: { status: 'Synced', revision: good }, health: { status: 'Healthy' }, conditions: [{ type: 'RollbackWarning', message: expect.stringContaining(bad) }] }));
    expect(await valueOf('auto')).toBe('good');
    expect(Object((await get(deploymentType, 'auto', 'node'))?.['spec'])).not.toHaveProperty('template.spec.nodeSelector');
    await until(() => expect(delivered.some(({ path, body }) => path.endsWith(`/statuses/${bad}`) && body['state'] === 'failure')).toBe(true));
  });

  it('plan --diff tells what a sync would change, and no value of a Secret, whoever has put it where', async () => {
    const secret = (value: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: password}\nstringData: {key: ${value}}\n`;
    const application = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'shown', annotations: { 'prelude.dev/allow-plain-secrets': 'true' } }, spec: specOf('shown', 'shown') };
    const commit = await push({ 'shown.yaml': JSON.stringify(application), 'shown/a.yaml': config('old'), 'shown/secret.yaml': secret(`${planted}-1`) });
    await world.cluster.create(applicationType, application, manager, signal);
    await untilIn('shown', commit);
    // as somebody leaves it who has used kubectl once
    await until(async () => {
      const live = await get(secretType, 'shown', 'password');
      if (live === undefined) throw new Error('there is no Secret');
      const copy = { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"key":"${Buffer.from(`${planted}-1`).toString('base64')}"}}` };
      await world.cluster.update(secretType, { ...live, metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, ...copy } } }, manager, signal);
    });
    await remote.write('shown/a.yaml', config('new'));
    await remote.write('shown/secret.yaml', secret(`${planted}-2`));

    const versions = async (): Promise<unknown> => [(await get(secretType, 'shown', 'password'))?.metadata.resourceVersion, (await get(configMapType, 'shown', 'settings'))?.metadata.resourceVersion];
    const before = await versions();
    const shown = await prelude('plan', '.', '--diff', '--repo', `${url}=.`);
    expect(await versions()).toEqual(before);

    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('\n-  value: old\n+  value: new\n');
    expect(shown.stdout).toMatch(/key: "?\[redacted, another value\]"?/);
    const status = await prelude('status', 'shown', '-o', 'json');
    for (const text of [shown.stdout, shown.stderr, status.stdout, status.stderr, controller.output(), JSON.stringify((await find('shown'))?.['status'])]) {
      for (const value of [planted, Buffer.from(planted).toString('base64').slice(0, 30)]) expect(text).not.toContain(value);
    }
    await remote.git('checkout', '--', '.');
  });

  it('status -o json tells of each object what Git wants, by whose commit and from where, and what there is', async () => {
    const commit = await push({ 'seen/a.yaml': config('one'), 'seen/b.yaml': config('two').replace('settings', 'other') }, 'what is seen');
    await declare('seen');
    await untilIn('seen', commit);
    const { code, stdout } = await prelude('status', 'seen', '-o', 'json');

    expect(code).toBe(0);
    const report: unknown = JSON.parse(stdout);
    const object = (name: string, file: string): Fields => ({
      ...{ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'seen', name },
      desired: { source: { repository: url, revision: commit, file, line: 1 }, commit: { id: commit, author: 'Operator', email: 'operator@testnet.example', subject: 'what is seen' }, wave: 0 },
      actual: { state: 'present', sync: 'Synced', resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    expect(report).toMatchObject({ namespace: 'argocd', name: 'seen', sync: 'Synced', health: 'Healthy', revision: commit, phase: 'Succeeded', destination: 'seen', objects: [object('other', 'seen/b.yaml'), object('settings', 'seen/a.yaml')], unknown: [] });
  });
});
