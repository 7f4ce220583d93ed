import { setImmediate } from 'node:timers/promises';
import { LruMap } from '../../../../lib/lru-map.ts';
import type { HttpResponse } from '../../../../lib/http.ts';
import { createSemaphore } from '../../../../lib/semaphore.ts';
import { isSourceError } from '../../../source/source-error.ts';
import { bodyOf, type Fetching, get } from './get.ts';
import { type ListedVersion, listVersions } from './index-entries.ts';

/** Bytes of an index: those of the largest public repositories have some twenty million. */
const mostIndexBytes = 32 << 20;
/** Indexes that are held in memory at once. */
const mostAtOnce = 4;
/** Bytes of the entries that are kept, all indexes together. */
const mostKept = 32 << 20;

/** What is kept of an index: the charts that somebody has asked for, and by what the server tells that nothing has changed. */
interface KeptIndex {
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  readonly charts: ReadonlyMap<string, readonly ListedVersion[]>;
}

/** The indexes of Helm repositories. */
export interface ChartIndexes {
  /**
   * The versions of a chart, asked of the server each time; an index that has not changed is not sent again.
   * @param credential tells apart who asks: what one may see another may not
   * @throws SourceError
   */
  readonly versions: (url: URL, chart: string, asking: { readonly fetching: Fetching; readonly credential: string }, signal: AbortSignal) => Promise<readonly ListedVersion[]>;
}

export function createChartIndexes(): ChartIndexes {
  const kept = new LruMap<KeptIndex>(mostKept, ({ charts }) => sizeOf(charts));
  const semaphore = createSemaphore(mostAtOnce);
  return {
    versions: (url, chart, { fetching, credential }, signal) => semaphore.run(async () => {
      const key = `${url.href}\n${credential}`;
      const known = kept.get(key);
      const response = await get({ url, most: mostIndexBytes, headers: known?.charts.has(chart) === true ? conditions(known) : {} }, fetching, signal);
      const unchanged = response.status === 304 ? known?.charts.get(chart) : undefined;
      if (unchanged !== undefined) return unchanged;
      const index = bodyOf(response, `the index of ${url.host}`);
      const charts = new Map([[chart, listVersions(index, chart, url.host)]]);
      for (const other of known?.charts.keys() ?? []) {
        if (other === chart) continue;
        // each takes some milliseconds, between which others have their turn
        await setImmediate();
        const versions = listIfSound(index, other, url.host);
        if (versions !== undefined) charts.set(other, versions);
      }
      kept.set(key, { ...validators(response), charts });
      return charts.get(chart) ?? [];
    }, signal),
  };
}

/** Another chart than the one that is asked for may be broken: whoever asks for it will be told, because nothing of it is kept. */
function listIfSound(index: Uint8Array, chart: string, host: string): readonly ListedVersion[] | undefined {
  try {
    return listVersions(index, chart, host);
  } catch (error) {
    if (isSourceError(error)) return undefined;
    throw error;
  }
}

function conditions({ etag, lastModified }: KeptIndex): Readonly<Record<string, string>> {
  if (etag !== undefined) return { 'if-none-match': etag };
  return lastModified === undefined ? {} : { 'if-modified-since': lastModified };
}

function validators({ headers }: HttpResponse): Pick<KeptIndex, 'etag' | 'lastModified'> {
  return { etag: headers['etag'], lastModified: headers['last-modified'] };
}

function sizeOf(charts: KeptIndex['charts']): number {
  let size = 1_000;
  for (const versions of charts.values()) for (const one of versions) size += one.size + 200;
  return size;
}
