import { z } from 'zod';
import { SourceError } from '../../../source/source-error.ts';
import type { ChartValue } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { readChartYaml, toChartValue } from '../load/chart-yaml.ts';
import { indexItems } from './index-section.ts';

const entrySchema = z.looseObject({ version: z.string(), digest: z.string().nullish(), urls: z.array(z.string()).nullish() });

/** What an index says of a version of a chart. */
export type IndexEntry = z.output<typeof entrySchema>;

/** A version of a chart in an index, of which no more has been read than tells it from others. */
export interface ListedVersion {
  readonly version: string;
  readonly digest: string | undefined;
  /** Bytes, about. */
  readonly size: number;
  /** All of it; undefined for an entry that is broken. @throws SourceError */
  readonly entry: () => IndexEntry | undefined;
}

/** An index that has to be read as a whole, because it is JSON or laid out in no usual way, keeps this thread for as long as that takes. */
const mostWhole = { yaml: 512 << 10, json: 8 << 20 };

/** The versions of one chart in an index. @param host for messages @throws SourceError */
export function listVersions(index: Uint8Array, chart: string, host: string): readonly ListedVersion[] {
  const items = indexItems(index, chart);
  if (items === undefined) return entriesOf(readWhole(index, chart, host), chart).map((entry) => listed(entry));
  return items.flatMap(({ version, digest, text }): readonly ListedVersion[] => {
    const read = (): IndexEntry | undefined => entrySchema.safeParse(itemIn(text, host)).data;
    if (version !== undefined) return [{ version, digest, size: text.length, entry: () => sameVersion(read(), version) }];
    const entry = read();
    return entry === undefined ? [] : [listed(entry)];
  });
}

function listed(entry: IndexEntry): ListedVersion {
  return { version: entry.version, digest: entry.digest ?? undefined, size: 200, entry: () => entry };
}

/** What looked like the version on its line was something else. */
function sameVersion(entry: IndexEntry | undefined, version: string): IndexEntry | undefined {
  return entry?.version === version ? entry : undefined;
}

function itemIn(text: string, host: string): ChartValue | undefined {
  const list = asYaml(Buffer.from(text), host);
  return Array.isArray(list) ? list[0] : undefined;
}

/** A broken entry of an old version hides no other. */
function entriesOf(index: unknown, chart: string): readonly IndexEntry[] {
  const parsed = z.looseObject({ entries: z.record(z.string(), z.unknown()).nullish() }).safeParse(index);
  const entries = parsed.success ? parsed.data.entries?.[chart] : undefined;
  return Array.isArray(entries) ? entries.flatMap((one: unknown) => entrySchema.safeParse(one).data ?? []) : [];
}

function readWhole(index: Uint8Array, chart: string, host: string): unknown {
  const isJson = /^\s*\{/.test(Buffer.from(index.subarray(0, 1_000)).toString('latin1'));
  const most = isJson ? mostWhole.json : mostWhole.yaml;
  // so large an index in the usual layout has been looked through, and the chart is not in it
  if (index.length > most) throw new SourceError('absent', `the index of ${host} has no chart ${chart} that can be found: it has more than ${most} bytes, and is looked through line by line for "${chart}:" below "entries:"`);
  if (!isJson) return asYaml(index, host);
  try {
    return JSON.parse(Buffer.from(index).toString('utf8'));
  } catch {
    throw new SourceError('unavailable', `the index of ${host} cannot be read`);
  }
}

function asYaml(text: Uint8Array, host: string): ChartValue {
  try {
    return toChartValue(readChartYaml(text) ?? null);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new SourceError('unavailable', `the index of ${host} cannot be read: ${error.message}`);
  }
}
