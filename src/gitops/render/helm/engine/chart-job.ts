import { createHash } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import { LruMap } from '../../../../lib/lru-map.ts';
import { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { RenderJob } from '../../../../template/renderer.ts';
import { toBytes } from '../../../../template/value/byte-string.ts';
import type { UnpackedJob } from '../../../../template/worker/packed-request.ts';
import type { Chart, ChartFile } from '../chart.ts';
import type { RenderInput } from './render-templates.ts';

/** The entry of a result that holds, as JSON, what has to be looked up first. It is no path. */
export const lookupsEntry = '\0lookups';

/** The entry of a result that says that the thread does not have the chart yet. */
export const missingChartEntry = '\0chart';

/** A chart as a thread gets it. */
interface PackedChart {
  readonly bytes: SecretBytes;
  readonly digest: string;
}

/** Of the charts that stay packed. */
const mostPackedBytes = 32 * 1024 * 1024;
const packed = new LruMap<PackedChart>(mostPackedBytes, ({ bytes }) => bytes.size);
const digests = new WeakMap<Uint8Array, string>();

/** A chart as bytes. Charts that are made anew of the same files, as those of many releases are, are packed once. */
function packChart(chart: Chart): PackedChart {
  const digest = digestOf(JSON.stringify(shapeOf(chart)));
  const known = packed.get(digest) ?? { digest, bytes: new SecretBytes(serialize(withoutValues(chart))) };
  packed.set(digest, known);
  return known;
}

/** All that a render depends on, with digests for the contents of files. */
function shapeOf({ metadata, templates, files, dependencies }: Chart): unknown {
  const fileShapes = (of: readonly ChartFile[]): unknown => of.map(({ name, data }) => [name, fileDigest(data)]);
  return [metadata.name, metadata.type, metadata.shown, fileShapes(templates), fileShapes(files), dependencies.map(shapeOf)];
}

/** What its templates are not rendered with: the values come by themselves. */
function withoutValues(chart: Chart): Chart {
  return { metadata: chart.metadata, values: {}, templates: chart.templates, files: chart.files, crds: [], dependencies: chart.dependencies.map(withoutValues) };
}

function fileDigest(data: Uint8Array): string {
  const known = digests.get(data) ?? digestOf(data);
  digests.set(data, known);
  return known;
}

function digestOf(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64');
}

/**
 * A render as a job of the pool: its template is the chart, and its data all else.
 * @param isBare whether the chart stays behind, for a thread that has it
 */
export function packJob(chart: Chart, input: RenderInput, isBare: boolean): RenderJob {
  const { bytes, digest } = packChart(chart);
  return {
    name: chart.metadata.name,
    template: isBare ? nothing : bytes,
    isConfidential: input.isConfidential,
    data: new Map([
      ['digest', SecretBytes.fromUtf8(digest)],
      ['input', new SecretBytes(serialize(input))],
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
  readonly input: RenderInput;
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
    input: deserialize(toBytes(entry('input'))) as RenderInput,
  };
}
