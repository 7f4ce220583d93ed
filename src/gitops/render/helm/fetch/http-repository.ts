import { createHash } from 'node:crypto';
import { z } from 'zod';
import { SourceError } from '../../../source/source-error.ts';
import { ChartError } from '../load/chart-error.ts';
import { readChartYaml, toChartValue } from '../load/chart-yaml.ts';
import { chooseVersion, type WantedVersion } from './chart-version.ts';
import type { FetchedChart, RepositoryChart } from './fetched-chart.ts';
import { bodyOf, chartUrl, type Fetching, get } from './get.ts';

/** Bytes of an index: those of the largest public repositories have some ten million. */
const mostIndexBytes = 32 << 20;
const mostArchiveBytes = 20 << 20;

const entry = z.looseObject({ version: z.string(), digest: z.string().nullish(), urls: z.array(z.string()).nullish() });
type Entry = z.output<typeof entry>;

/** Reads the index of a repository, as far as it is about one chart. @throws SourceError */
function readIndex(body: Uint8Array, chart: string, host: string): readonly Entry[] {
  const index = z.looseObject({ entries: z.record(z.string(), z.unknown()).nullish() }).safeParse(indexOf(body, host));
  const entries = index.success ? index.data.entries?.[chart] : undefined;
  // a broken entry of an old version hides no other
  return Array.isArray(entries) ? entries.flatMap((one: unknown) => entry.safeParse(one).data ?? []) : [];
}

function indexOf(body: Uint8Array, host: string): unknown {
  const text = Buffer.from(body).toString('utf8');
  try {
    if (text.trimStart().startsWith('{')) return JSON.parse(text);
    return toChartValue(readChartYaml(body) ?? null);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ChartError) throw new SourceError('unavailable', `the index of ${host} cannot be read${error instanceof ChartError ? `: ${error.message}` : ''}`);
    throw error;
  }
}

/** A chart in a Helm repository, found in its index.yaml. @throws SourceError */
export async function findInIndex({ repoURL, chart }: RepositoryChart, wanted: WantedVersion, fetching: Fetching, signal: AbortSignal): Promise<FetchedChart> {
  const base = chartUrl(repoURL.endsWith('/') ? repoURL : `${repoURL}/`, undefined, fetching);
  const index = bodyOf(await get({ url: new URL('index.yaml', base), most: mostIndexBytes }, fetching, signal), `the index of ${base.host}`);
  const entries = readIndex(index, chart, base.host);
  if (entries.length === 0) throw new SourceError('absent', `${base.host} has no chart ${chart}`);
  const candidates = wanted.digest === undefined ? entries : entries.filter(({ digest }) => digestOf(digest) === wanted.digest);
  const version = chooseVersion(candidates.map((one) => one.version), wanted.range === '' ? '>=0.0.0-0' : wanted.range);
  const found = candidates.find((one) => one.version === version);
  if (found === undefined) throw new SourceError('absent', `${base.host} has no version of chart ${chart} that is ${wanted.range}${wanted.digest === undefined ? '' : ' with that digest'}`);
  const [first] = found.urls ?? [];
  if (first === undefined) throw new SourceError('absent', `${base.host} says of chart ${chart} ${found.version} not where it is`);
  const url = chartUrl(first, base, fetching);
  const digest = wanted.digest ?? digestOf(found.digest);
  return {
    version: found.version,
    revision: wanted.digest === undefined ? found.version : `${found.version}@sha256:${wanted.digest}`,
    ...(digest === undefined ? {} : { digest }),
    fetch: async (fetchSignal) => {
      const archive = bodyOf(await get({ url, most: mostArchiveBytes }, fetching, fetchSignal), `chart ${chart} ${found.version} of ${url.host}`);
      return digest === undefined ? archive : checked(archive, digest, `chart ${chart} ${found.version} of ${url.host}`);
    },
  };
}

function digestOf(text: string | null | undefined): string | undefined {
  const digest = text?.replace(/^sha256:/, '').toLowerCase();
  return digest !== undefined && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

/** @throws SourceError for content that is not what the digest says */
export function checked(content: Uint8Array, digest: string, what: string): Uint8Array {
  if (createHash('sha256').update(content).digest('hex') !== digest) throw new SourceError('invalid', `${what} is not what its digest says; nothing of it is used`);
  return content;
}
