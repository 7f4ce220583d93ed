import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { createInstallationTokens } from '../../src/gitops/source/credentials/installation-tokens.ts';
import { createGitRepository, type GitOptions, type GitRepository } from '../../src/gitops/source/git-repository.ts';
import { isSourceError } from '../../src/gitops/source/source-error.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpClient } from '../../src/lib/http-client.ts';
import { createAuthority } from '../support/certificate.ts';
import { type GitHttpsServer, type Intercept, startGitHttpsServer } from '../support/git-https-server.ts';
import { startGithubServer } from '../support/github-server.ts';
import { createGitRemote, type GitRemote } from '../support/git-remote.ts';
import { credentialsOf, repositorySecret } from '../support/repository-secret.ts';

const { signal } = new AbortController();
let remote: GitRemote;
let folder: string;
const servers: GitHttpsServer[] = [];

beforeEach(async () => {
  remote = await createGitRemote();
  folder = await mkdtemp(join(tmpdir(), 'git-https-'));
  await remote.write('a.yaml', 'a: 1\n');
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) await server.close();
  await remote.close();
  await rm(folder, { recursive: true, force: true });
});

async function serve(intercept?: Intercept): Promise<GitHttpsServer> {
  const server = await startGitHttpsServer(dirname(fileURLToPath(remote.url)), intercept);
  servers.push(server);
  await writeFile(join(folder, 'ca.pem'), server.ca);
  // how an operator names a private authority
  vi.stubEnv('GIT_SSL_CAINFO', join(folder, 'ca.pem'));
  return server;
}

function open(url: string, options: Partial<GitOptions> = {}): GitRepository {
  return createGitRepository(url, { cache: join(folder, 'git'), protocols: ['https'], clock: systemClock, pollTtl: 0, hosts: { allowLoopback: true }, ...options });
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSourceError(error)) throw new Error('no SourceError was thrown', { cause: error });
  return `${error.kind}: ${error.message}`;
}

describe('a repository over https', () => {
  it('is polled and read, a push after it, and an old commit by its id', async () => {
    const first = await remote.push('first');
    const server = await serve();
    const repository = open(`${server.url}/remote.git`);

    expect(await repository.poll('main', signal)).toBe(first);
    const tree = await repository.tree('main', signal);
    const [file] = await tree.list('', signal);
    expect(Buffer.from(await tree.read(file ?? { path: '', size: 0 }, signal)).toString()).toBe('a: 1\n');

    await remote.write('a.yaml', 'a: 2\n');
    const second = await remote.push('second');
    expect((await repository.tree('main', signal)).revision).toBe(second);
    expect((await open(`${server.url}/remote.git`, { cache: join(folder, 'other') }).tree(first, signal)).revision).toBe(first);
  });

  it('costs one request to poll, and none to fetch what is there', async () => {
    await remote.push('first');
    const server = await serve();
    const repository = open(`${server.url}/remote.git`);
    await repository.tree('main', signal);
    const before = server.requests.length;

    await repository.poll('main', signal);
    const polled = server.requests.length - before;
    await repository.tree('main', signal);

    // protocol v2: what the server can do, then its refs
    expect(polled).toBe(2);
    expect(server.requests.length - before).toBe(2 * polled);
  });

  it('is not trusted without its authority', async () => {
    await remote.push('first');
    const server = await serve();
    vi.stubEnv('GIT_SSL_CAINFO', undefined);

    expect(await refusal(open(`${server.url}/remote.git`).poll('main', signal))).toMatch(/^unavailable: .*certificate/i);
  });

  it('is denied, absent or moved in so many words, and no redirect is followed', async () => {
    await remote.push('first');
    const elsewhere = await serve();
    const server = await serve((request, response) => {
      const path = request.url ?? '';
      if (path.startsWith('/private')) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      else if (path.startsWith('/forbidden')) response.writeHead(403).end();
      else if (path.startsWith('/moved')) response.writeHead(301, { location: `${elsewhere.url}/remote.git/info/refs?service=git-upload-pack` }).end();
      else if (path.startsWith('/broken')) response.writeHead(500).end('nonsense');
      else return undefined;
      return true;
    });

    expect(await refusal(open(`${server.url}/private.git`).poll('main', signal))).toMatch(/^denied: /);
    expect(await refusal(open(`${server.url}/forbidden.git`).poll('main', signal))).toMatch(/^denied: /);
    expect(await refusal(open(`${server.url}/moved.git`).poll('main', signal))).toMatch(/^invalid: /);
    expect(await refusal(open(`${server.url}/broken.git`).poll('main', signal))).toMatch(/^unavailable: /);
    expect(await refusal(open(`${server.url}/nosuch.git`).poll('main', signal))).toMatch(/^absent: /);
    expect(elsewhere.requests).toEqual([]);
  });

  it('is asked with the credential that is for it, which no other server gets to see', async () => {
    const commit = await remote.push('first');
    const elsewhere = await serve();
    const server = await serve((request, response) => {
      const path = request.url ?? '';
      const isKnown = request.headers.authorization === `Basic ${Buffer.from('deploy:correct-password').toString('base64')}` || request.headers.authorization === 'Bearer correct-token';
      if (path.startsWith('/moved')) response.writeHead(301, { location: `${elsewhere.url}/remote.git/info/refs?service=git-upload-pack` }).end();
      else if (!isKnown) response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end(`who is ${String(request.headers.authorization)}`);
      else return undefined;
      return true;
    });
    const url = `${server.url}/remote.git`;
    const password = repositorySecret('password', { url, username: 'deploy', password: 'correct-password\n' });
    const prefix = repositorySecret('prefix', { url: server.url, bearerToken: 'correct-token' }, 'repo-creds');
    const wrong = repositorySecret('wrong', { url, username: 'deploy', password: 'another-password' });
    const ofOther = repositorySecret('other', { url: elsewhere.url, username: 'deploy', password: 'correct-password' }, 'repo-creds');
    const poll = (address: string, ...secrets: readonly KubeObject[]): Promise<string> => open(address, { credentials: credentialsOf(secrets) }).poll('main', signal);

    expect(await poll(url, password)).toBe(commit);
    expect(await poll(url, prefix, ofOther)).toBe(commit);
    const refused = await refusal(poll(url, wrong));
    expect(refused).toMatch(/^denied: .*the credential is that of Secret argocd\/wrong$/);
    expect(refused).not.toMatch(/another-password|ZGVwbG95/);
    expect(await refusal(poll(url, ofOther))).toMatch(/^denied: .*no repository Secret is for this URL/);
    expect(await refusal(poll(`${server.url}/moved.git`, prefix))).toMatch(/^invalid: /);
    expect(elsewhere.requests).toEqual([]);
    expect(await refusal(poll(url, repositorySecret('insecure', { url, password: 'x', insecure: 'true' })))).toMatch(/^denied: .*Secret argocd\/insecure: insecure: true is refused/);
  });

  it('is read as a GitHub App, with a token that is asked for once, and anew when it is refused', async () => {
    const commit = await remote.push('first');
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const authority = createAuthority('github-test');
    const github = await startGithubServer(publicKey, { ...authority.issue({ commonName: 'github', hosts: ['127.0.0.1'] }), ca: authority.cert });
    const http = createHttpClient({ clock: systemClock, allowLoopback: true });
    let isRevoked = false;
    const server = await serve((request, response) => {
      if (!isRevoked && request.headers.authorization === `Basic ${Buffer.from('x-access-token:ghs_generated').toString('base64')}`) return undefined;
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return true;
    });
    const secret = repositorySecret('app', { url: server.url, githubAppID: '12345', githubAppInstallationID: '678', githubAppEnterpriseBaseUrl: `${github.url}/api/v3`, githubAppPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }, 'repo-creds');
    const installationTokens = createInstallationTokens({ clock: systemClock, http: (request, requested) => http.request({ ...request, tls: { ca: authority.cert } }, requested) });
    const repository = open(`${server.url}/remote.git`, { credentials: credentialsOf([secret]), installationTokens });

    expect((await repository.tree('main', signal)).revision).toBe(commit);
    expect(github.requests()).toBe(1);
    isRevoked = true;
    expect(await refusal(repository.poll('main', signal, Infinity))).toMatch(/^denied: .*the credential is that of Secret argocd\/app$/);
    isRevoked = false;
    expect(await repository.poll('main', signal, Infinity)).toBe(commit);
    expect(github.requests()).toBe(2);
    await Promise.all([http.close(), github.close()]);
  });

  it('connects to the address that was looked at, whatever its name means to others', async () => {
    const commit = await remote.push('first');
    const server = await serve();
    const named = server.url.replace('127.0.0.1', 'git.example');
    const resolve = (address: string) => async () => [{ address, family: 4 }];

    // the certificate is for the address: it is the server, and it is not git.example
    expect(await refusal(open(`${named}/remote.git`, { hosts: { allowLoopback: true, resolve: resolve('127.0.0.1') } }).poll('main', signal))).toMatch(/^unavailable: .*certificate/i);
    expect(await refusal(open(`${named}/remote.git`, { hosts: { allowLoopback: true, resolve: resolve('169.254.169.254') } }).poll('main', signal))).toMatch(/^invalid: .*git\.example must not be asked: it is a cloud's metadata address/);
    expect(await refusal(open('https://169.254.169.254/latest').poll('main', signal))).toMatch(/^invalid: .*metadata address/);
    expect(await refusal(open(`${server.url}/remote.git`, { hosts: { allowLoopback: false } }).poll('main', signal))).toMatch(/^invalid: .*loopback address/);
    expect(await open(`${server.url}/remote.git`).poll('main', signal)).toBe(commit);
  });

  it('that hangs is given up at the deadline', async () => {
    const server = await serve(() => true);
    const started = performance.now();

    expect(await refusal(open(`${server.url}/remote.git`, { pollDeadline: 500 }).poll('main', signal))).toMatch(/^unavailable: .*git did not finish in time/);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
