import type { Clock } from '../../../../lib/clock.ts';
import type { HttpClient } from '../../../../lib/http.ts';
import { LruMap } from '../../../../lib/lru-map.ts';
import { authorizationOf } from '../../../source/credentials/authorization.ts';
import type { RepositoryCredential } from '../../../source/credentials/repository-credential.ts';
import type { RepositoryCredentials } from '../../../source/credentials/repository-credentials.ts';
import type { ChartSources, PackagedChart, ResolvedTree } from '../../../source/resolver.ts';
import { SourceError } from '../../../source/source-error.ts';
import type { SourceTree } from '../../../source/source-tree.ts';
import { filesWithin } from '../../../source/tree-limits.ts';
import type { ChartFile } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { ChartBudget, defaultChartLimits } from '../load/chart-limits.ts';
import { readChartArchive } from '../load/read-archive.ts';
import { createChartIndexes } from './chart-indexes.ts';
import { parseWantedVersion, type WantedVersion } from './chart-version.ts';
import type { FetchedChart } from './fetched-chart.ts';
import type { Fetching } from './get.ts';
import { findInIndex } from './http-repository.ts';
import { findInRegistry } from './oci-registry.ts';

export interface ChartSourcesOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  /** Take http:// too; absent: https only. */
  readonly allowPlain?: boolean;
  /** Absent: only what anybody may read is fetched. */
  readonly credentials?: RepositoryCredentials;
}

/** Bytes of archives that are kept, unpacked, by their digest and by who has fetched them. */
const mostKept = 64 << 20;
/** Versions that are kept for a while, so that Applications of one chart ask once. */
const mostVersions = 1_000;
/** Milliseconds for which a version that was found is not looked up again. */
const freshFor = 30_000;

/** What was found, and with which credential: empty for anybody. */
interface Found {
  readonly chart: FetchedChart;
  readonly seenBy: string;
}

/** Fetches packaged charts from Helm repositories over https, and from OCI registries, with the credentials that are for them. */
export function createChartSources({ http, clock, allowPlain = false, credentials }: ChartSourcesOptions): ChartSources {
  const kept = new LruMap<{ readonly files: readonly ChartFile[]; readonly size: number }>(mostKept, ({ size }) => size);
  const indexes = createChartIndexes();
  const found = new LruMap<Found & { readonly at: number }>(mostVersions);

  async function find({ repoURL, chart, version }: PackagedChart, signal: AbortSignal, since?: number): Promise<Found> {
    await credentials?.ready(signal);
    const credential = credentials?.find(repoURL);
    const fetching = { http, allowPlain, ...meansOf(credential) };
    // what was found with another credential may not be had with this one
    const seenBy = credential?.version ?? '';
    const key = [repoURL, chart, version, seenBy].join('\n');
    const known = found.get(key);
    const at = clock.monotonic();
    if (known !== undefined && known.at >= (since ?? at - freshFor)) return known;
    const wanted = wantedVersion(version);
    const one = await (isHttp(repoURL) ? findInIndex({ repoURL, chart }, wanted, { fetching, indexes, credential: seenBy }, signal) : findInRegistry({ repoURL, chart }, wanted, fetching, signal));
    found.set(key, { chart: one, seenBy, at });
    return { chart: one, seenBy };
  }

  async function filesOf({ chart, seenBy }: Found, signal: AbortSignal): Promise<readonly ChartFile[]> {
    // an index may name any digest: what it names is not had by that
    const key = chart.digest === undefined ? undefined : `${chart.digest}\n${seenBy}`;
    const known = key === undefined ? undefined : kept.get(key);
    if (known !== undefined) return known.files;
    const archive = await chart.fetch(signal);
    try {
      const files = await readChartArchive(archive, new ChartBudget(defaultChartLimits));
      if (key !== undefined) kept.set(key, { files, size: files.reduce((sum, { data }) => sum + data.length, 0) });
      return files;
    } catch (error) {
      if (error instanceof ChartError) throw new SourceError('invalid', error.message);
      throw error;
    }
  }

  return {
    poll: async (chart, signal, since) => (await find(chart, signal, since)).chart.revision,
    resolve: async (chart, signal) => {
      const found = await find(chart, signal);
      const { chart: one } = found;
      const label = `${chart.chart} ${one.version} of ${chart.repoURL}`;
      return { ...chartTree(await filesOf(found, signal), one.revision), readFrom: { kind: 'chart', label } } satisfies ResolvedTree;
    },
  };
}

/** @throws SourceError `denied` for a credential that is not used */
function meansOf(credential: RepositoryCredential | undefined): Pick<Fetching, 'authorization' | 'tls'> {
  if (credential === undefined) return {};
  if (credential.problem !== undefined) throw new SourceError('denied', `${credential.name}: ${credential.problem}`);
  // asked as anybody it would be told as a chart that is not there
  if (credential.githubApp !== undefined) throw new SourceError('denied', `${credential.name}: a GitHub App reads Git repositories only; give the chart repository a username and a password`);
  const authorization = authorizationOf(credential);
  const { clientCertificate } = credential;
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(clientCertificate === undefined ? {} : { tls: { cert: clientCertificate.cert, key: Buffer.from(clientCertificate.key.reveal()).toString('utf8') } }),
  };
}

function isHttp(repoURL: string): boolean {
  return /^https?:\/\//.test(repoURL);
}

function wantedVersion(text: string): WantedVersion {
  const wanted = parseWantedVersion(text);
  if (wanted === undefined) throw new SourceError('invalid', 'the digest of a chart is sha256: and 64 hex digits');
  return wanted;
}

/** A chart's files as a repository of which it is the root. */
function chartTree(files: readonly ChartFile[], revision: string): SourceTree {
  const contents = new Map(files.map(({ name, data }) => [name, data]));
  const listed = files.map(({ name, data }) => ({ path: name, size: data.length })).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return {
    revision,
    list: async (path) => filesWithin(listed, path),
    // archives with links are refused
    leftOut: async () => [],
    read: async ({ path }) => {
      const data = contents.get(path);
      if (data === undefined) throw new SourceError('absent', `${path} is not in the chart`);
      return data;
    },
  };
}
