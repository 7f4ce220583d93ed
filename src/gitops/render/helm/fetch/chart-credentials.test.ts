import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listenLocally } from '../../../../../test/support/listen-locally.ts';
import { credentialsOf, repositorySecret } from '../../../../../test/support/repository-secret.ts';
import type { KubeObject } from '../../../../api/object.ts';
import { systemClock } from '../../../../lib/clock.ts';
import { createHttpClient } from '../../../../lib/http-client.ts';
import { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { RepositoryCredential } from '../../../source/credentials/repository-credential.ts';
import { isSourceError } from '../../../source/source-error.ts';
import { chartArchive } from '../../../../../test/support/chart-archive.ts';
import { createChartSources } from './chart-sources.ts';

const { signal } = new AbortController();
const basic = `Basic ${Buffer.from('deploy:correct-password').toString('base64')}`;
const login = { username: 'deploy', password: 'correct-password' };
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let answers: Map<string, Answer>;
/** What was asked, and how: the credential, a token, or as anybody. */
let asked: string[];
let closes: (() => Promise<void>)[];
let url: string;

async function serve(): Promise<string> {
  const listening = await listenLocally(
    createServer((request, response) => {
      const { authorization } = request.headers;
      asked.push(`${authorization === undefined ? 'anybody' : authorization === basic ? 'deploy' : authorization} ${(request.url ?? '').split('?')[0] ?? ''}`);
      const answer = answers.get((request.url ?? '').split('?')[0] ?? '');
      if (answer === undefined) response.writeHead(404).end();
      else answer(request, response);
    }),
  );
  closes.push(listening.close);
  return listening.url;
}

beforeEach(async () => {
  [answers, asked, closes] = [new Map(), [], []];
  url = await serve();
});

afterEach(async () => {
  for (const close of closes) await close();
});

/** Lets in who shows it, and tells the others what to show. */
const only = (authorization: string, challenge: string, body: string | Uint8Array): Answer => (request, response) => {
  if (request.headers.authorization === authorization) response.end(body);
  else response.writeHead(401, { 'www-authenticate': challenge }).end();
};

/** Fetches a chart, and answers why that failed. What is sent as an archive is none: it has been had when that is said. */
async function fetched(repoURL: string, ...secrets: readonly KubeObject[]): Promise<string> {
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  closes.push(http.close);
  const charts = createChartSources({ http: http.request, clock: systemClock, allowPlain: true, credentials: credentialsOf(secrets) });
  const error: unknown = await charts.resolve({ repoURL, chart: 'net', version: '1.0.0' }, signal).catch((reason: unknown) => reason);
  if (!isSourceError(error)) throw new Error('no SourceError was thrown', { cause: error });
  return /not gzipped/.test(error.message) ? 'an archive' : `${error.kind}: ${error.message}`;
}

describe('a private Helm repository', () => {
  const index = (archive: string): string => `apiVersion: v1\nentries:\n  net:\n  - version: 1.0.0\n    urls: ["${archive}"]\n`;
  const challenge = 'Basic realm="charts"';
  const secret = (): KubeObject => repositorySecret('charts', { url: `${url}/charts`, type: 'helm', ...login });

  it('is asked with its credential, for the index and for archives of its own', async () => {
    answers.set('/charts/index.yaml', only(basic, challenge, index('net-1.0.0.tgz')));
    answers.set('/charts/net-1.0.0.tgz', only(basic, challenge, 'an archive'));

    expect(await fetched(`${url}/charts`, secret())).toBe('an archive');
    expect(asked).toEqual(['deploy /charts/index.yaml', 'deploy /charts/net-1.0.0.tgz']);
  });

  it('gives its credential to no other server, by its index or by a redirect', async () => {
    const elsewhere = await serve();
    answers.set('/charts/index.yaml', only(basic, challenge, index(`${elsewhere}/net.tgz`)));
    answers.set('/net.tgz', (_request, response) => void response.end('an archive'));
    expect(await fetched(`${url}/charts`, secret())).toBe('an archive');

    answers.set('/charts/index.yaml', (_request, response) => void response.writeHead(302, { location: `${elsewhere}/moved.yaml` }).end());
    answers.set('/moved.yaml', (_request, response) => void response.end(index(`${elsewhere}/net.tgz`)));
    expect(await fetched(`${url}/charts`, secret())).toBe('an archive');

    expect(asked).toEqual(['deploy /charts/index.yaml', 'anybody /net.tgz', 'deploy /charts/index.yaml', 'anybody /moved.yaml', 'anybody /net.tgz']);
  });

  it('is denied without a credential, and with one that is not used', async () => {
    answers.set('/charts/index.yaml', only(basic, challenge, index('net-1.0.0.tgz')));

    expect(await fetched(`${url}/charts`)).toMatch(/^denied: .*what it wants is a repository Secret for this URL/);
    expect(await fetched(`${url}/charts`, repositorySecret('charts', { url: `${url}/charts`, insecure: 'true', ...login }))).toMatch(/^denied: Secret argocd\/charts: insecure: true is refused/);
    expect(asked).toEqual(['anybody /charts/index.yaml']);
  });

  it('is not asked as anybody where its credential is a GitHub App, which has nothing to say to it', async () => {
    const app: RepositoryCredential = { scope: 'repository', place: { transport: 'https', server: 'charts.example:443', path: 'charts' }, name: 'Secret argocd/app', version: '1', githubApp: { appId: '1', privateKey: SecretBytes.fromUtf8('k'), api: 'https://api.github.com' } };
    const http = createHttpClient({ clock: systemClock, allowLoopback: true });
    closes.push(http.close);
    const charts = createChartSources({ http: http.request, clock: systemClock, allowPlain: true, credentials: { ...credentialsOf([]), find: () => app } });
    await expect(charts.resolve({ repoURL: `${url}/charts`, chart: 'net', version: '1.0.0' }, signal)).rejects.toMatchObject({ kind: 'denied', message: expect.stringMatching(/^Secret argocd\/app: a GitHub App reads Git repositories only/) });
    expect(asked).toEqual([]);
  });
});

it('an archive that was fetched with a credential is not there for who has another, or none', async () => {
  const archive = chartArchive('1.0.0');
  const digest = createHash('sha256').update(archive).digest('hex');
  const index = `apiVersion: v1\nentries:\n  net:\n  - version: 1.0.0\n    urls: [net-1.0.0.tgz]\n    digest: ${digest}\n`;
  for (const folder of ['private', 'public']) answers.set(`/${folder}/index.yaml`, (_request, response) => void response.end(index));
  answers.set('/private/net-1.0.0.tgz', only(basic, 'Basic realm="charts"', archive));
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  closes.push(http.close);
  const secret = repositorySecret('charts', { url: `${url}/private`, type: 'helm', ...login });
  const charts = createChartSources({ http: http.request, clock: systemClock, allowPlain: true, credentials: credentialsOf([{ ...secret, metadata: { ...secret.metadata, uid: '1', resourceVersion: '1' } }]) });
  const resolve = async (folder: string): Promise<string> => (await charts.resolve({ repoURL: `${url}/${folder}`, chart: 'net', version: '1.0.0' }, signal)).revision;

  expect(await resolve('private')).toBe('1.0.0');
  await expect(resolve('public')).rejects.toThrow('it is not there');
});

describe('a private registry', () => {
  const layer = Buffer.from('an archive');
  const digest = createHash('sha256').update(layer).digest('hex');
  const manifest = JSON.stringify({ schemaVersion: 2, config: { mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: `sha256:${digest}`, size: layer.length }] });
  const registry = (): string => `${url.slice('http://'.length)}/acme`;
  const secret = (): KubeObject => repositorySecret('registry', { url: registry(), type: 'helm', enableOCI: 'true', ...login });

  function publish(authorization: string, challenge: string): void {
    answers.set('/v2/acme/net/manifests/1.0.0', only(authorization, challenge, manifest));
    answers.set(`/v2/acme/net/blobs/sha256:${digest}`, only(authorization, challenge, layer));
  }

  it('that gives tokens is shown the credential where it gives them, and the token elsewhere', async () => {
    publish('Bearer of-deploy', `Bearer realm="${url}/token",service="registry"`);
    answers.set('/token', only(basic, 'Basic', JSON.stringify({ token: 'of-deploy' })));

    expect(await fetched(`oci://${registry()}`, secret())).toBe('an archive');
    expect(asked).toEqual(['anybody /v2/acme/net/manifests/1.0.0', 'deploy /token', 'Bearer of-deploy /v2/acme/net/manifests/1.0.0', `Bearer of-deploy /v2/acme/net/blobs/sha256:${digest}`]);
  });

  it('that wants the credential itself is shown it when it says so', async () => {
    publish(basic, 'Basic realm="registry"');

    expect(await fetched(`oci://${registry()}`, secret())).toBe('an archive');
    expect(asked.slice(0, 2)).toEqual(['anybody /v2/acme/net/manifests/1.0.0', 'deploy /v2/acme/net/manifests/1.0.0']);
  });

  it('does not hand it to where it keeps its blobs', async () => {
    const elsewhere = await serve();
    publish(basic, 'Basic realm="registry"');
    answers.set(`/v2/acme/net/blobs/sha256:${digest}`, (_request, response) => void response.writeHead(307, { location: `${elsewhere}/blob` }).end());
    answers.set('/blob', (_request, response) => void response.end(layer));

    expect(await fetched(`oci://${registry()}`, secret())).toBe('an archive');
    expect(asked.at(-1)).toBe('anybody /blob');
  });

  it('does not hand it to a token service that another server names', async () => {
    const elsewhere = await serve();
    answers.set('/v2/acme/net/manifests/1.0.0', (_request, response) => void response.writeHead(307, { location: `${elsewhere}/manifest` }).end());
    answers.set('/manifest', (_request, response) => void response.writeHead(401, { 'www-authenticate': `Bearer realm="${elsewhere}/token",service="registry"` }).end());
    answers.set('/token', (_request, response) => void response.end(JSON.stringify({ token: 'stolen' })));

    expect(await fetched(`oci://${registry()}`, secret())).toMatch(/^denied: /);
    expect(asked).toEqual(['anybody /v2/acme/net/manifests/1.0.0', 'anybody /manifest']);
  });

  it('is denied without a credential', async () => {
    publish(basic, 'Basic realm="registry"');

    expect(await fetched(`oci://${registry()}`, repositorySecret('other', { url: 'registry.example/acme', type: 'helm', ...login }))).toMatch(/^denied: /);
    expect(asked).toEqual(['anybody /v2/acme/net/manifests/1.0.0']);
  });
});
