import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GitHttpsServer, startGitHttpsServer } from '../../test/support/git-https-server.ts';
import { createGitRemote, type GitRemote } from '../../test/support/git-remote.ts';
import { openLocalWorld } from '../../test/support/local-world.ts';
import { repositorySecret } from '../../test/support/repository-secret.ts';
import type { World } from '../../test/support/secret-stage.ts';
import { makeNamespace, type RunningSecrets, startSecrets } from '../../test/support/secret-world.ts';
import { parseApplicationStatus } from '../api/application.ts';
import type { ApplicationStatus } from '../api/application-status.ts';
import type { KubeObject } from '../api/object.ts';
import { silentProgress } from '../gitops/apply/progress.ts';
import { normaliseGitUrl } from '../gitops/source/git-url.ts';
import type { ResourceType } from '../kube/port.ts';
import { applicationType, externalSecretType, secretType } from '../kube/resource-types.ts';
import { systemClock } from '../lib/clock.ts';
import { silentLog } from '../lib/log.ts';
import { createMetrics } from '../lib/metrics.ts';
import { createRegistry } from '../provider/registry.ts';
import type { Outcome } from '../runtime/outcome.ts';
import { createFoundation } from './foundation.ts';
import { composeGit } from './git-half.ts';
import { runHalves } from './run-halves.ts';
import { createSourceMeans, type SourceMeans } from './source-means.ts';

const { signal } = new AbortController();
const by = { fieldManager: 'test' };
const stop = new AbortController();
const outcomes: Outcome[] = [];
let password = 'the first password';
let world: World;
let secrets: RunningSecrets;
let remote: GitRemote;
let server: GitHttpsServer;
let folder: string;
let sources: SourceMeans;
let running: Promise<unknown>;

beforeAll(async () => {
  [world, remote, folder] = await Promise.all([openLocalWorld(), createGitRemote(), mkdtemp(join(tmpdir(), 'source-means-'))]);
  server = await startGitHttpsServer(dirname(fileURLToPath(remote.url)), (request, response) => {
    if (request.headers.authorization === `Basic ${Buffer.from(`deploy:${password}`).toString('base64')}`) return undefined;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return true;
  });
  await writeFile(join(folder, 'ca.pem'), server.ca);
  vi.stubEnv('GIT_SSL_CAINFO', join(folder, 'ca.pem'));
  await makeNamespace(world.cluster, 'argocd');
  secrets = await startSecrets(world.cluster, { 'git/password': 'the first password' });
  const foundation = createFoundation({ cluster: world.cluster, clock: systemClock, random: Math.random, log: silentLog, metrics: createMetrics({ version: 'test', process: false }), namespaces: [] });
  sources = createSourceMeans(foundation, { environment: { PRELUDE_CACHE_DIR: folder }, protocols: ['https'], allowLoopback: true, repositories: [], credentialNamespaces: ['argocd'] });
  const git = composeGit(foundation, {
    registry: createRegistry([]),
    resolver: sources.resolver,
    sourceNews: sources.news,
    renderers: sources.renderers,
    applicationNamespaces: ['argocd'],
    controlNamespace: 'argocd',
    // nothing is seen by looking in turn
    pollInterval: 3_600_000,
    syncOnce: false,
    progress: silentProgress,
    onOutcome: (_application, outcome) => void (outcome === undefined ? undefined : outcomes.push(outcome)),
  });
  running = runHalves(stop.signal, [git], { clock: systemClock, log: silentLog, drainWithin: 2_000 });
});

afterAll(async () => {
  stop.abort();
  await running;
  await Promise.all([secrets.stop(), sources.close(), server.close()]);
  await Promise.all([world.close(), remote.close(), rm(folder, { recursive: true, force: true })]);
  vi.unstubAllEnvs();
});

function create(type: ResourceType, object: KubeObject): Promise<KubeObject> {
  return world.cluster.create(type, object, by, signal);
}

async function status(): Promise<ApplicationStatus> {
  const application = await world.cluster.get(applicationType, { namespace: 'argocd', name: 'private' }, signal);
  return application === undefined ? {} : parseApplicationStatus(application);
}

async function conditions(): Promise<readonly string[]> {
  return ((await status()).conditions ?? []).map(({ type, message }) => `${type}: ${message}`);
}

function push(value: string): Promise<string> {
  return remote.write('manifests/settings.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { value: ${value} }\n`).then(() => remote.push(value));
}

function untilSynced(commit: string): Promise<void> {
  return vi.waitFor(async () => expect((await status()).operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: commit } }), { timeout: 30_000, interval: 25 });
}

describe('an Application of a private repository', { timeout: 40_000 }, () => {
  it('waits for its credentials without a failure, and goes on when an ExternalSecret has made them', async () => {
    const commit = await push('one');
    const source = { repoURL: `${server.url}/remote.git`, targetRevision: 'main', path: 'manifests' };
    const spec = { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace: 'devnet' }, syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'], retry: { limit: 1 } } };
    await create(applicationType, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { namespace: 'argocd', name: 'private' }, spec });
    await vi.waitFor(async () => expect(await conditions()).toEqual([expect.stringMatching(/^ComparisonError: .*no repository Secret is for this URL/)]), { timeout: 30_000 });
    expect(outcomes.at(-1)).toMatchObject({ kind: 'waiting', reason: 'WaitingForCredentials' });
    expect((await status()).operationState).toBeUndefined();

    const metadata = { labels: { 'argocd.argoproj.io/secret-type': 'repository' } };
    await create(externalSecretType, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { namespace: 'argocd', name: 'testnets-repository' },
      spec: { secretStoreRef: { name: 'vault' }, refreshInterval: '1h', target: { template: { metadata, data: { url: source.repoURL, username: 'deploy', password: '{{ .password }}' } } }, data: [{ secretKey: 'password', remoteRef: { key: 'git/password' } }] },
    });

    await untilSynced(commit);
    expect(await conditions()).toEqual([]);
    expect(outcomes.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });

  it('sees a push that it is told of, and looks at nothing for one to another repository', async () => {
    const commit = await push('two');

    expect(sources.wake({ provider: 'git', scope: {}, keys: ['git.example/other'] })).toBe(0);
    expect(sources.wake({ provider: 'git', scope: {}, keys: [normaliseGitUrl(`${server.url}/Remote`) ?? ''] })).toBe(1);

    await untilSynced(commit);
  });

  it('keeps what it has while a password is refused, and goes on with a new one at once', async () => {
    const commit = await push('three');
    password = 'the second password';
    sources.wake({ provider: 'git', scope: {}, keys: [normaliseGitUrl(`${server.url}/remote`) ?? ''] });
    await vi.waitFor(async () => expect(await conditions()).toEqual([expect.stringMatching(/^ComparisonError: .*the credential is that of Secret argocd\/testnets-repository/)]), { timeout: 30_000 });
    expect((await status()).operationState).toMatchObject({ phase: 'Succeeded' });
    expect(JSON.stringify(await status())).not.toContain('the first password');

    await create(secretType, repositorySecret('another', { url: `${server.url}/remote.git`, username: 'deploy', password }));
    await world.cluster.delete(secretType, { namespace: 'argocd', name: 'testnets-repository' }, {}, signal);

    await untilSynced(commit);
  });
});
