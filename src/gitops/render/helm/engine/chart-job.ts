import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { LruMap } from '../../../../lib/lru-map.ts';
import { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { RenderJob } from '../../../../template/renderer.ts';
import { toBytes } from '../../../../template/value/byte-string.ts';
import type { UnpackedJob } from '../../../../template/worker/packed-request.ts';
import type { Chart } from '../chart.ts';
import type { RenderInput } from './render-templates.ts';

/** The entry of a result that holds, as JSON, what has to be looked up first. It is no path. */
export const lookupsEntry = '\0lookups';

/** The entry of a result that holds, as JSON, what was asked of the capabilities. */
export const askedEntry = '\0asked';

/** The entry of a result that says that the thread does not have the chart yet. */
export const missingChartEntry = '\0chart';

/** The entry of a result that holds, as JSON, what is wrong with a release before or after its templates are executed. */
export const refusalEntry = '\0refusal';

/** What a thread is to make of a chart. */
export type ChartTask =
  /** The texts of its templates, by their paths. The values are coalesced, and the chart's dependencies are those that take part. */
  | { readonly kind: 'templates'; readonly input: RenderInput }
  /** The documents of a release, in Helm's order. The values are those that are laid over the chart's. */
  | { readonly kind: 'release'; readonly input: RenderInput; readonly skipsCrds: boolean; readonly skipsSchemas: boolean };

/** A chart as a thread gets it. */
interface PackedChart {
  readonly bytes: SecretBytes;
  readonly digest: string;
}

/** Of the charts that stay packed. */
const mostPackedBytes = 32 * 1024 * 1024;
const packed = new LruMap<PackedChart>(mostPackedBytes, ({ bytes }) => bytes.size);
const digests = new WeakMap<Chart, string>();

/** A chart as bytes. One that many releases share is packed once. */
function packChart(chart: Chart): PackedChart {
  const digest = digests.get(chart);
  const known = digest === undefined ? undefined : packed.get(digest);
  if (known !== undefined) return known;
  const bytes = serialize(chart);
  const fresh = { bytes: new SecretBytes(bytes), digest: createHash('sha256').update(bytes).digest('base64') };
  digests.set(chart, fresh.digest);
  packed.set(fresh.digest, fresh);
  return fresh;
}

/**
 * A render as a job of the pool: its template is the chart, and its data all else.
 * @param isBare whether the chart stays behind, for a thread that has it
 */
export function packJob(chart: Chart, task: ChartTask, isBare: boolean): RenderJob {
  const { bytes, digest } = packChart(chart);
  return {
    name: chart.metadata.name,
    template: isBare ? nothing : bytes,
    isConfidential: task.input.isConfidential,
    data: new Map([
      ['digest', SecretBytes.fromUtf8(digest)],
      ['task', new SecretBytes(serialize(task))],
    ]),
    output: 'stringMap',
  };
}

const nothing = new SecretBytes(new Uint8Array());

/** What `packJob` has put into a job. */
export interface UnpackedChartJob {
  /** Of the chart; 0 where it stayed behind. */
  readonly size: number;
  readonly digest: string;
  /** Read only where the chart is not known by its digest. */
  readonly chart: () => Chart;
  readonly task: ChartTask;
}

export function unpackJob({ template, data }: UnpackedJob): UnpackedChartJob {
  const entry = (key: string): string => {
    const value = data.entries.get(key);
    return typeof value === 'string' ? value : '';
  };
  return {
    size: template.length,
    digest: entry('digest'),
    // both were serialised by packJob, in this process
    chart: () => deserialize(toBytes(template)) as Chart,
    task: deserialize(toBytes(entry('task'))) as ChartTask,
  };
}
