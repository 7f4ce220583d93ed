import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chartArchive as archive } from '../../../../../test/support/chart-archive.ts';
import { listenLocally } from '../../../../../test/support/listen-locally.ts';
import { systemClock } from '../../../../lib/clock.ts';
import { createHttpClient } from '../../../../lib/http-client.ts';
import { pollSource, resolveSource } from '../../../source/resolve-source.ts';
import { type ChartSources, createResolver } from '../../../source/resolver.ts';
import { createChartSources } from './chart-sources.ts';

const { signal } = new AbortController();
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let answers: Map<string, Answer>;
let asked: string[];
let url: string;
let charts: ChartSources;
let closes: (() => Promise<void>)[];

async function serve(): Promise<string> {
  const listening = await listenLocally(
    createServer((request, response) => {
      asked.push(`${request.headers.authorization === undefined ? '' : 'authorized '}${request.url ?? ''}`);
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
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  closes.push(http.close);
  charts = createChartSources({ http: http.request, clock: systemClock, allowPlain: true });
});

afterEach(async () => {
  for (const close of closes) await close();
});

const text = (body: string | Uint8Array): Answer => (_request, response) => void response.end(body);
const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

async function chartYaml(repoURL: string, version: string): Promise<string> {
  const tree = await charts.resolve({ repoURL, chart: 'net', version }, signal);
  const [file] = await tree.list('', signal);
  if (file === undefined) throw new Error('the chart is empty');
  return `${tree.revision} ${Buffer.from(await tree.read(file, signal)).toString('utf8').split('\n')[2] ?? ''}`;
}

/** As a controller has it: what a poll answers is resolved later, when nobody remembers what was found. */
async function polledThenResolved(repoURL: string, targetRevision: string, between: () => void = () => undefined): Promise<readonly string[]> {
  const source = { repoURL, targetRevision, chart: 'net' };
  const http = createHttpClient({ clock: systemClock, allowLoopback: true });
  closes.push(http.close);
  const anew = () => createResolver({ charts: createChartSources({ http: http.request, clock: systemClock, allowPlain: true }) });
  const revision = await pollSource(anew(), source, signal);
  between();
  return [revision, (await resolveSource(anew(), source, revision, signal)).revision];
}

describe('a Helm repository', () => {
  function index(entries: readonly { readonly version: string; readonly digest?: string; readonly url?: string }[]): void {
    answers.set('/charts/index.yaml', text(`apiVersion: v1\nentries:\n  net:\n${entries.map(({ version, digest, url: at = `net-${version}.tgz` }) => `  - version: ${version}\n    urls: [${at}]\n${digest === undefined ? '' : `    digest: ${digest}\n`}`).join('')}`));
  }

  function publish(...versions: readonly string[]): void {
    index(versions.map((version) => ({ version, digest: sha(archive(version)) })));
    for (const version of versions) answers.set(`/charts/net-${version}.tgz`, text(archive(version)));
  }

  it.each([['1.2.0', '1.2.0'], ['~1.2', '1.2.9'], ['^1', '1.10.0'], ['*', '2.0.0'], ['>=2.0.0-0', '2.1.0-rc.1']])('answers for %s with version %s', async (wanted, version) => {
    publish('1.2.0', '1.10.0', '1.2.9', '2.0.0', '2.1.0-rc.1');

    expect(await chartYaml(`${url}/charts`, wanted)).toBe(`${version} version: ${version}`);
    expect(await charts.poll({ repoURL: `${url}/charts`, chart: 'net', version: wanted }, signal)).toBe(version);
  });

  it('is asked once for what Applications have in common', async () => {
    publish('1.2.0');
    for (const _ of [1, 2, 3]) await chartYaml(`${url}/charts`, '1.2.0');

    expect(asked).toEqual(['/charts/index.yaml', '/charts/net-1.2.0.tgz']);
  });

  it('is asked again by who wants no answer from before', async () => {
    publish('1.2.0');
    const poll = (since?: number): Promise<string> => charts.poll({ repoURL: `${url}/charts`, chart: 'net', version: '*' }, signal, since);
    const resolver = createResolver({ charts });
    expect([await poll(), await poll()]).toEqual(['1.2.0', '1.2.0']);
    publish('1.3.0');
    const moment = systemClock.monotonic();

    expect(await poll()).toBe('1.2.0');
    expect(await pollSource(resolver, { repoURL: `${url}/charts`, targetRevision: '*', chart: 'net' }, signal, moment)).toBe('1.3.0');
    // what was asked for since then serves all others
    expect(await poll(moment)).toBe('1.3.0');
    expect(asked).toEqual(['/charts/index.yaml', '/charts/index.yaml']);
  });

  it('must send what its index and the Application say', async () => {
    publish('1.2.0');
    answers.set('/charts/net-1.2.0.tgz', text(archive('6.6.6')));

    await expect(chartYaml(`${url}/charts`, '1.2.0')).rejects.toThrow('is not what its digest says; nothing of it is used');
    await expect(chartYaml(`${url}/charts`, `1.2.0@sha256:${'0'.repeat(64)}`)).rejects.toThrow('has no version of chart net that is 1.2.0 with that digest');
    await expect(chartYaml(`${url}/charts`, '1.2.0@sha256:1')).rejects.toThrow('the digest of a chart is sha256: and 64 hex digits');
    publish('1.3.0');
    expect(await chartYaml(`${url}/charts`, `sha256:${sha(archive('1.3.0'))}`)).toBe(`1.3.0@sha256:${sha(archive('1.3.0'))} version: 1.3.0`);
  });

  it.each(['1.2.0@', '~1.2@', ''])('is kept to the digest of %ssha256:… from one look to the next', async (range) => {
    publish('1.2.0', '1.3.0');
    const pinned = `sha256:${sha(archive('1.2.0'))}`;

    expect(await polledThenResolved(`${url}/charts`, `${range}${pinned}`)).toEqual([`1.2.0@${pinned}`, `1.2.0@${pinned}`]);
    const replaced = (): void => {
      index([{ version: '1.2.0', digest: sha(archive('6.6.6')) }]);
      answers.set('/charts/net-1.2.0.tgz', text(archive('6.6.6')));
    };
    await expect(polledThenResolved(`${url}/charts`, `${range}${pinned}`, replaced)).rejects.toThrow('with that digest');
  });

  it('may have its archives elsewhere, and may redirect', async () => {
    const elsewhere = await serve();
    answers.set('/moved.tgz', (_request, response) => void response.writeHead(302, { location: `${url}/there.tgz` }).end());
    answers.set('/there.tgz', text(archive('1.0.0')));
    index([{ version: '1.0.0', url: `${elsewhere}/moved.tgz` }]);

    expect(await chartYaml(`${url}/charts`, '1.0.0')).toBe('1.0.0 version: 1.0.0');
  });

  it.each<[string, () => void, string]>([
    ['a redirect to a file', () => answers.set('/charts/index.yaml', (_request, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end()), 'charts are fetched over https only'],
    ['redirects without end', () => answers.set('/charts/index.yaml', (_request, response) => void response.writeHead(302, { location: '/charts/index.yaml' }).end()), 'redirects more than 5 times'],
    ['an index that is none', () => answers.set('/charts/index.yaml', text('"open')), 'cannot be read'],
    ['no index', () => undefined, 'it is not there'],
    ['another chart', () => answers.set('/charts/index.yaml', text('entries: {other: []}')), 'has no chart net'],
    ['a repository that wants a password', () => answers.set('/charts/index.yaml', (_request, response) => void response.writeHead(401).end()), 'what it wants is a repository Secret for this URL'],
    ['an archive that is none', () => { index([{ version: '1.0.0' }]); answers.set('/charts/net-1.0.0.tgz', text('x')); }, 'not gzipped, or is damaged'],
    ['a URL with credentials', () => index([{ version: '1.0.0', url: 'https://u:p@x.example/a.tgz' }]), 'must not hold credentials'],
  ])('is refused for %s', async (_what, prepare, message) => {
    prepare();

    await expect(chartYaml(`${url}/charts`, '1.0.0')).rejects.toThrow(message);
  });

  it('is read over https only, unless it is said otherwise', async () => {
    const http = createHttpClient({ clock: systemClock, allowLoopback: true });
    closes.push(http.close);
    const strict = createChartSources({ http: http.request, clock: systemClock });

    await expect(strict.poll({ repoURL: `${url}/charts`, chart: 'net', version: '1.0.0' }, signal)).rejects.toThrow('charts are fetched over https only');
    expect(asked).toEqual([]);
  });
});

describe('an OCI registry', () => {
  const layer = archive('1.2.3+build');
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: `sha256:${sha(Buffer.from('{}'))}`, size: 2 }, layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: `sha256:${sha(layer)}`, size: layer.length }] }));
  const behindToken = (body: Uint8Array): Answer => (request, response) => {
    if (request.headers.authorization === 'Bearer anybody') response.end(body);
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="${url}/token",service="registry"` }).end();
  };

  beforeEach(() => {
    answers.set('/token', text(JSON.stringify({ token: 'anybody' })));
    answers.set('/v2/acme/net/manifests/1.2.3_build', behindToken(manifest));
    answers.set(`/v2/acme/net/manifests/sha256:${sha(manifest)}`, behindToken(manifest));
    answers.set(`/v2/acme/net/blobs/sha256:${sha(layer)}`, behindToken(layer));
    answers.set('/v2/acme/net/tags/list', behindToken(Buffer.from(JSON.stringify({ tags: ['latest', '1.0.0', '1.2.3_build'] }))));
  });

  const registry = (): string => `oci://${url.slice('http://'.length)}/acme`;

  it.each(['1.2.3+build', '^1.0.0'])('answers for %s, with a token that anybody gets', async (wanted) => {
    expect(await chartYaml(registry(), wanted)).toBe('1.2.3+build version: 1.2.3+build');
    expect(asked).toContain('/token?service=registry&scope=repository%3Aacme%2Fnet%3Apull');
  });

  it('is read without a scheme, as Argo CD has it, and by digest', async () => {
    expect(await chartYaml(registry().slice('oci://'.length), `sha256:${sha(manifest)}`)).toBe(`sha256:${sha(manifest)} version: 1.2.3+build`);
  });

  it.each(['1.2.3+build@', '>=1.0.0, <2@', ''])('is kept to the digest of %ssha256:… from one look to the next', async (range) => {
    const pinned = `sha256:${sha(manifest)}`;
    const revision = range === '1.2.3+build@' ? `${range}${pinned}` : pinned;

    expect(await polledThenResolved(registry(), `${range}${pinned}`)).toEqual([revision, revision]);
    const replaced = Buffer.from(manifest.toString('utf8').replace(sha(layer), sha(archive('6.6.6'))));
    const replace = (): void => {
      for (const reference of ['1.2.3_build', pinned]) answers.set(`/v2/acme/net/manifests/${reference}`, behindToken(replaced));
    };
    await expect(polledThenResolved(registry(), `${range}${pinned}`, replace)).rejects.toThrow('is not what its digest says');
  });

  it.each<[string, string, () => void, string]>([
    ['a manifest that is not the one of the digest', `1.2.3@sha256:${'0'.repeat(64)}`, () => answers.set(`/v2/acme/net/manifests/sha256:${'0'.repeat(64)}`, text(manifest)), 'is not what its digest says'],
    ['a chart that is not the one of the manifest', '1.2.3+build', () => answers.set(`/v2/acme/net/blobs/sha256:${sha(layer)}`, text(archive('6.6.6'))), 'is not what its digest says'],
    ['an image', '1.2.3+build', () => answers.set('/v2/acme/net/manifests/1.2.3_build', text(JSON.stringify({ config: { mediaType: 'application/vnd.oci.image.config.v1+json' }, layers: [] }))), 'is not a Helm chart'],
    ['a version that is not there', '9.9.9', () => undefined, 'it is not there'],
    ['a range with nothing in it', '^9', () => undefined, 'has no version of chart acme/net that is ^9'],
    ['a token service elsewhere than on the web', '1.2.3+build', () => answers.set('/v2/acme/net/manifests/1.2.3_build', (_request, response) => void response.writeHead(401, { 'www-authenticate': 'Bearer realm="file:///etc/passwd"' }).end()), 'charts are fetched over https only'],
  ])('is refused for %s', async (_what, version, prepare, message) => {
    prepare();

    await expect(chartYaml(registry(), version)).rejects.toThrow(message);
  });

  it.each(['../net', 'a/../../net', './net', '..'])('is not asked for the chart %s, whose path would be another one', async (chart) => {
    await expect(charts.resolve({ repoURL: registry(), chart, version: '1.2.3+build' }, signal)).rejects.toThrow('is no name in a registry');
    expect(asked).toEqual([]);
  });

  it('gives its token to no other host', async () => {
    const elsewhere = await serve();
    answers.set(`/v2/acme/net/blobs/sha256:${sha(layer)}`, (_request, response) => void response.writeHead(307, { location: `${elsewhere}/blob` }).end());
    answers.set('/blob', text(layer));

    expect(await chartYaml(registry(), '1.2.3+build')).toContain('1.2.3');
    expect(asked.at(-1)).toBe('/blob');
  });
});
