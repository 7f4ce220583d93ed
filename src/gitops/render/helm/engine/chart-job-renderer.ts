import { randomBytes } from 'node:crypto';
import { LruMap } from '../../../../lib/lru-map.ts';
import { type ParsedTemplate, parseTemplate } from '../../../../template/parse/parse-template.ts';
import { toText } from '../../../../template/value/byte-string.ts';
import { createMeter, type RenderLimits } from '../../../../template/worker/limits.ts';
import type { UnpackedJob } from '../../../../template/worker/packed-request.ts';
import type { PackedValues } from '../../../../template/worker/packed-values.ts';
import type { JobResult } from '../../../../template/worker/render-jobs.ts';
import { lookupsEntry, missingChartEntry, type UnpackedChartJob, unpackJob } from './chart-job.ts';
import { helmFunctions } from './helm-functions.ts';
import { ParsedChart } from './parsed-chart.ts';
import { type RenderTools, renderTemplates, type TemplateOutputs } from './render-templates.ts';

export interface ChartJobRendererOptions {
  readonly limits: RenderLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bytes of the charts, and of the templates, that a thread keeps. A template takes many times its size once it is parsed. */
const mostChartBytes = 16 * 1024 * 1024;
const mostParsedBytes = 2 * 1024 * 1024;

/** What charts may call beside the functions that are always the same. */
const renderFunctionNames: ReadonlySet<string> = new Set(['include', 'tpl', 'required', 'fail', 'lookup']);
const functionNames = { has: (name: string): boolean => helmFunctions.has(name) || renderFunctionNames.has(name) };

/** @returns what renders charts, one after the other; it keeps charts by their digest, and what `tpl` was given */
export function createChartJobRenderer({ limits, now }: ChartJobRendererOptions): (jobs: readonly UnpackedJob[]) => Generator<JobResult> {
  const charts = new LruMap<{ readonly parsed: ParsedChart; readonly size: number }>(mostChartBytes, ({ size }) => size);
  const parsed = new LruMap<ParsedTemplate>(mostParsedBytes, ({ source }) => source.length);
  const chartOf = ({ digest, chart, size }: UnpackedChartJob): ParsedChart | undefined => {
    const known = charts.get(digest);
    if (known !== undefined || size === 0) return known?.parsed;
    const fresh = new ParsedChart(chart());
    charts.set(digest, { parsed: fresh, size });
    return fresh;
  };
  const tools: RenderTools = {
    createMeter: () => createMeter(limits),
    now: () => BigInt(now()) * 1_000_000n,
    random: (size) => randomBytes(size),
    parse: (source) => parseOnce(source, parsed),
    mostOutput: limits.outputBytes,
  };
  return function* renderCharts(jobs) {
    for (const job of jobs) {
      const unpacked = unpackJob(job);
      const chart = chartOf(unpacked);
      yield chart === undefined ? entry(missingChartEntry, '') : resultOf(renderTemplates(chart, unpacked.input, tools));
    }
  };
}

/** Texts that may hold secrets do not stay. */
function parseOnce({ name, text, isConfidential }: Parameters<RenderTools['parse']>[0], parsed: LruMap<ParsedTemplate>): ParsedTemplate {
  if (isConfidential) return parseTemplate({ name, text }, functionNames);
  const key = `${name}\n${text}`;
  const template = parsed.get(key) ?? parseTemplate({ name, text }, functionNames);
  parsed.set(key, template);
  return template;
}

function resultOf(outputs: TemplateOutputs): JobResult {
  if (outputs.kind === 'problem') return outputs;
  if (outputs.kind === 'lookups') return entry(lookupsEntry, Buffer.from(JSON.stringify(outputs.queries)).toString('latin1'));
  return { kind: 'stringMap', ...packTexts(outputs.texts) };
}

function entry(name: string, text: string): JobResult {
  return { kind: 'stringMap', ...packTexts(new Map([[name, text]])) };
}

/** Byte strings in one buffer. */
function packTexts(texts: ReadonlyMap<string, string>): PackedValues {
  const sizes = [...texts.values()].map((text) => text.length);
  const bytes = Buffer.from(new ArrayBuffer(sizes.reduce((sum, size) => sum + size, 0)));
  const ends = new Uint32Array(texts.size);
  let end = 0;
  for (const [index, text] of [...texts.values()].entries()) {
    end += bytes.write(text, end, 'latin1');
    ends[index] = end;
  }
  return { keys: [...texts.keys()].map(toText), ends, bytes };
}
