import { createHash } from 'node:crypto';
import { SourceError } from '../../../source/source-error.ts';
import type { ChartIndexes } from './chart-indexes.ts';
import { chooseVersion, type WantedVersion } from './chart-version.ts';
import type { FetchedChart, RepositoryChart } from './fetched-chart.ts';
import { bodyOf, chartUrl, type Fetching, get, publicly } from './get.ts';
import type { IndexEntry, ListedVersion } from './index-entries.ts';

/** Bytes. */
const mostArchiveBytes = 20 << 20;

/** Entries that are broken are passed over, as far as this many. */
const mostBroken = 20;

/** How a repository is asked for its index. */
export interface IndexAccess {
  readonly indexes: ChartIndexes;
  /** Tells apart who asks; empty for anybody. */
  readonly credential: string;
}

/** A chart in a Helm repository, found in its index.yaml. @throws SourceError */
export async function findInIndex({ repoURL, chart }: RepositoryChart, wanted: WantedVersion, { fetching, indexes, credential }: IndexAccess & { readonly fetching: Fetching }, signal: AbortSignal): Promise<FetchedChart> {
  const base = chartUrl(repoURL.endsWith('/') ? repoURL : `${repoURL}/`, undefined, fetching);
  const versions = await indexes.versions(new URL('index.yaml', base), chart, { fetching, credential }, signal);
  if (versions.length === 0) throw new SourceError('absent', `${base.host} has no chart ${chart}`);
  const found = chooseEntry(wanted.digest === undefined ? versions : versions.filter(({ digest }) => digestOf(digest) === wanted.digest), wanted.range === '' ? '>=0.0.0-0' : wanted.range);
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
      const archive = bodyOf(await get({ url, most: mostArchiveBytes }, url.origin === base.origin ? fetching : publicly(fetching), fetchSignal), `chart ${chart} ${found.version} of ${url.host}`);
      return digest === undefined ? archive : checked(archive, digest, `chart ${chart} ${found.version} of ${url.host}`);
    },
  };
}

/** The entry of the best version, or of the best whose entry is not broken. */
function chooseEntry(versions: readonly ListedVersion[], range: string): IndexEntry | undefined {
  let candidates = versions;
  for (let broken = 0; broken < mostBroken; broken += 1) {
    const version = chooseVersion(candidates.map((one) => one.version), range);
    const chosen = candidates.find((one) => one.version === version);
    const entry = chosen?.entry();
    if (chosen === undefined || entry !== undefined) return entry;
    candidates = candidates.filter((one) => one !== chosen);
  }
  return undefined;
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
