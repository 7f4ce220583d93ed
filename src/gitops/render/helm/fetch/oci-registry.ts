import { z } from 'zod';
import type { HttpResponse } from '../../../../lib/http.ts';
import { SourceError } from '../../../source/source-error.ts';
import { chooseVersion, isExact, type WantedVersion } from './chart-version.ts';
import type { FetchedChart, RepositoryChart } from './fetched-chart.ts';
import { bodyOf, chartUrl, type Fetching, get, type GotResponse, publicly } from './get.ts';
import { checked } from './http-repository.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.cncf.helm.config.v1+json';
const chartTypes: ReadonlySet<string> = new Set(['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'application/tar+gzip']);
const mostManifestBytes = 4 << 20;
const mostArchiveBytes = 20 << 20;
const mostTagBytes = 4 << 20;
/** Pages of tags, of as many as a registry gives at a time. */
const mostPages = 50;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const manifest = z.looseObject({
  config: z.looseObject({ mediaType: z.string() }),
  layers: z.array(z.looseObject({ mediaType: z.string(), digest, size: z.int().min(0) })),
});
const tags = z.looseObject({ tags: z.array(z.string()).nullish() });
const token = z.looseObject({ token: z.string().exactOptional(), access_token: z.string().exactOptional() });

/** Where a chart is in a registry, and what it is told of who asks: nothing at first, then the token that it has given, or the credential. */
interface Registry {
  readonly base: URL;
  readonly name: string;
  readonly fetching: Fetching;
  readonly credential: string | undefined;
  authorization: string | undefined;
}

/** A chart in an OCI registry: `oci://host/path` with the chart's name behind it. A credential is shown only when the registry asks for one. @throws SourceError */
export async function findInRegistry({ repoURL, chart }: RepositoryChart, wanted: WantedVersion, fetching: Fetching, signal: AbortSignal): Promise<FetchedChart> {
  const plain = repoURL.replace(/^oci:\/\//, '');
  const base = chartUrl(`${fetching.allowPlain && /^(localhost|127\.0\.0\.1)(:|\/|$)/.test(plain) ? 'http' : 'https'}://${plain}`, undefined, fetching);
  const name = [...base.pathname.split('/').filter((step) => step !== ''), ...chart.split('/')].join('/');
  if (!isName(name)) throw new SourceError('invalid', `${name} is no name in a registry: lower case letters, digits and . _ - only, and no step that is . or ..`);
  const registry: Registry = { base, name, fetching: { ...publicly(fetching), ...(fetching.tls === undefined ? {} : { tls: fetching.tls }) }, credential: fetching.authorization, authorization: undefined };
  const version = await versionOf(registry, wanted, signal);
  const reference = wanted.digest === undefined ? tagOf(version) : `sha256:${wanted.digest}`;
  const what = `chart ${name} ${version} of ${base.host}`;
  const body = bodyOf(await ask(registry, `manifests/${reference}`, { accept: manifestType, most: mostManifestBytes }, signal), what);
  if (wanted.digest !== undefined) checked(body, wanted.digest, what);
  const layer = chartLayer(body, what);
  return {
    version: wanted.range === '' ? reference : version,
    revision: revisionOf(version, wanted.digest),
    digest: layer.digest,
    fetch: async (fetchSignal) => checked(bodyOf(await ask(registry, `blobs/sha256:${layer.digest}`, { accept: '*/*', most: mostArchiveBytes }, fetchSignal), what), layer.digest, what),
  };
}

/** A URL would understand the steps `.` and `..`: it would be another name. */
function isName(name: string): boolean {
  return /^[a-z0-9._/-]+$/.test(name) && !name.split('/').some((step) => step === '.' || step === '..');
}

/** By digest nobody is asked for versions: a range in front of it stays unresolved, and says nothing. */
function revisionOf(version: string, pinned: string | undefined): string {
  if (pinned === undefined) return version;
  return isExact(version) ? `${version}@sha256:${pinned}` : `sha256:${pinned}`;
}

/** Tags cannot hold a plus sign. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

async function versionOf(registry: Registry, { range, digest: pinned }: WantedVersion, signal: AbortSignal): Promise<string> {
  if (isExact(range) || pinned !== undefined) return range;
  const versions = (await listTags(registry, signal)).map((tag) => tag.replaceAll('_', '+'));
  const version = chooseVersion(versions, range);
  if (version === undefined) throw new SourceError('absent', `${registry.base.host} has no version of chart ${registry.name} that is ${range}`);
  return version;
}

async function listTags(registry: Registry, signal: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  let path: string | undefined = 'tags/list?n=1000';
  for (let page = 0; path !== undefined && page < mostPages; page += 1) {
    const response: HttpResponse = await ask(registry, path, { accept: 'application/json', most: mostTagBytes }, signal);
    const body = tags.safeParse(jsonOf(bodyOf(response, `the tags of ${registry.name} of ${registry.base.host}`)));
    found.push(...((body.success ? body.data.tags : undefined) ?? []));
    const [, query] = /<[^>]*\/tags\/list\?([^>]*)>\s*;\s*rel="?next"?/.exec(response.headers['link'] ?? '') ?? [];
    path = query === undefined ? undefined : `tags/list?${query}`;
  }
  return found;
}

function chartLayer(body: Uint8Array, what: string): { readonly digest: string } {
  const parsed = manifest.safeParse(jsonOf(body));
  if (!parsed.success || parsed.data.config.mediaType !== configType) throw new SourceError('unsupported', `${what} is not a Helm chart`);
  const layer = parsed.data.layers.find(({ mediaType }) => chartTypes.has(mediaType));
  if (layer === undefined) throw new SourceError('unsupported', `${what} has no layer with a chart in it`);
  if (layer.size > mostArchiveBytes) throw new SourceError('tooLarge', `${what} is larger than ${mostArchiveBytes} bytes`);
  return { digest: layer.digest.slice('sha256:'.length) };
}

interface Asking {
  readonly accept: string;
  readonly most: number;
}

/** Asks for something of the repository; where the registry wants a token first, it is asked for one, with the credential if there is one. */
async function ask(registry: Registry, path: string, { accept, most }: Asking, signal: AbortSignal): Promise<GotResponse> {
  const url = new URL(`/v2/${registry.name}/${path}`, registry.base);
  const once = (): Promise<GotResponse> => get({ url, most, headers: { accept, ...(registry.authorization === undefined ? {} : { authorization: registry.authorization }) } }, registry.fetching, signal);
  const response = await once();
  const challenge = response.headers['www-authenticate'];
  // whoever is redirected to has no say in where the credential goes
  if (response.status !== 401 || !response.isOwn || challenge === undefined || registry.authorization !== undefined) return response;
  registry.authorization = /^basic(\s|$)/i.test(challenge) ? registry.credential : await tokenFor(challenge, registry, signal);
  return registry.authorization === undefined ? response : once();
}

async function tokenFor(challenge: string, { base, name, fetching, credential }: Registry, signal: AbortSignal): Promise<string | undefined> {
  if (!/^bearer /i.test(challenge)) return undefined;
  const parameters = new Map([...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key.toLowerCase(), value]));
  const url = chartUrl(parameters.get('realm') ?? '', undefined, { allowPlain: fetching.allowPlain && base.protocol === 'http:' });
  const service = parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${name}:pull`);
  const parsed = token.safeParse(jsonOf(bodyOf(await get({ url, most: 1 << 20 }, { ...publicly(fetching), ...(credential === undefined ? {} : { authorization: credential }) }, signal), `the token service of ${base.host}`)));
  const text = parsed.success ? (parsed.data.token ?? parsed.data.access_token) : undefined;
  return text === undefined ? undefined : `Bearer ${text}`;
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
