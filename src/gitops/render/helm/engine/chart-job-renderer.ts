import { randomBytes } from 'node:crypto';
import { LruMap } from '../../../../lib/lru-map.ts';
import { type ParsedTemplate, parseTemplate } from '../../../../template/parse/parse-template.ts';
import { toBytes, toText } from '../../../../template/value/byte-string.ts';
import { createMeter, type RenderLimits } from '../../../../template/worker/limits.ts';
import type { UnpackedJob } from '../../../../template/worker/packed-request.ts';
import { packBytes } from '../../../../template/worker/packed-values.ts';
import type { JobResult } from '../../../../template/worker/render-jobs.ts';
import type { Chart } from '../chart.ts';
import type { CapabilityQuestions } from './capabilities.ts';
import { askedEntry, type ChartTask, lookupsEntry, missingChartEntry, refusalEntry, type UnpackedChartJob, unpackJob } from './chart-job.ts';
import { helmFunctions } from './helm-functions.ts';
import { ParsedChart } from './parsed-chart.ts';
import { documentKey } from './release-documents.ts';
import { type ReleaseOutputs, renderRelease } from './render-release.ts';
import { type RenderTools, renderTemplates, type TemplateOutputs } from './render-templates.ts';

export interface ChartJobRendererOptions {
  readonly limits: RenderLimits;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Bytes of the charts that a thread keeps. */
const mostChartBytes = 16 * 1024 * 1024;
/** Bytes of the templates that it keeps parsed: those of charts, and what `tpl` was given. A template takes many times its size once it is parsed. */
const mostParsedBytes = 2 * 1024 * 1024;

/** What charts may call beside the functions that are always the same. */
const renderFunctionNames: ReadonlySet<string> = new Set(['include', 'tpl', 'required', 'fail', 'lookup']);
const functionNames = { has: (name: string): boolean => helmFunctions.has(name) || renderFunctionNames.has(name) };

/** A chart that a thread has been sent. */
interface KnownChart {
  readonly chart: Chart;
  readonly size: number;
  readonly digest: string;
}

/** @returns what renders charts, one after the other; it keeps charts by their digest, their schemas with them, and what is parsed */
export function createChartJobRenderer({ limits, now }: ChartJobRendererOptions): (jobs: readonly UnpackedJob[]) => Generator<JobResult> {
  const charts = new LruMap<KnownChart>(mostChartBytes, ({ size }) => size);
  const variants = new LruMap<ParsedChart>(mostParsedBytes, ({ tree }) => tree.size);
  const parsed = new LruMap<ParsedTemplate>(mostParsedBytes, ({ source }) => source.length);
  const chartOf = ({ digest, chart, size }: UnpackedChartJob): KnownChart | undefined => {
    const known = charts.get(digest);
    if (known !== undefined || size === 0) return known;
    const fresh = { chart: chart(), size, digest };
    charts.set(digest, fresh);
    return fresh;
  };
  const tools: RenderTools = {
    createMeter: () => createMeter(limits),
    now: () => BigInt(now()) * 1_000_000n,
    random: (size) => randomBytes(size),
    parse: (source) => parseOnce(source, parsed),
    mostOutput: limits.outputBytes,
  };
  /** @param chart what has come of it: which of its dependencies take part, and under which names */
  const variantOf = ({ digest }: KnownChart, chart: Chart): ParsedChart => {
    const key = `${digest}\n${JSON.stringify(variantKey(chart))}`;
    const variant = variants.get(key) ?? new ParsedChart(chart);
    variants.set(key, variant);
    return variant;
  };
  const renderTask = (known: KnownChart, task: ChartTask): JobResult =>
    task.kind === 'templates' ? templatesResult(renderTemplates(variantOf(known, known.chart), task.input, tools)) : releaseResult(renderRelease(known.chart, task, { ...tools, parsed: (chart) => variantOf(known, chart) }));
  return function* renderCharts(jobs) {
    for (const job of jobs) {
      const unpacked = unpackJob(job);
      const known = chartOf(unpacked);
      yield known === undefined ? entry(missingChartEntry, new Uint8Array()) : renderTask(known, unpacked.task);
    }
  };
}

/** All in which variants of one chart differ, as far as templates see it. */
function variantKey({ metadata, dependencies }: Chart): unknown {
  return [metadata.shown, dependencies.map(variantKey)];
}

/** Texts that may hold secrets do not stay. */
function parseOnce({ name, text, isConfidential }: Parameters<RenderTools['parse']>[0], parsed: LruMap<ParsedTemplate>): ParsedTemplate {
  if (isConfidential) return parseTemplate({ name, text }, functionNames);
  const key = `${name}\n${text}`;
  const template = parsed.get(key) ?? parseTemplate({ name, text }, functionNames);
  parsed.set(key, template);
  return template;
}

function templatesResult(outputs: TemplateOutputs): JobResult {
  if (outputs.kind !== 'texts') return notRendered(outputs);
  const texts = Array.from(outputs.texts, ([path, text]) => [toText(path), toBytes(text)] as const);
  return { kind: 'stringMap', ...packBytes([...texts, ...askedBytes(outputs.asked)]) };
}

function releaseResult(outputs: ReleaseOutputs): JobResult {
  if (outputs.kind === 'refused') return entry(refusalEntry, utf8(JSON.stringify(outputs)));
  if (outputs.kind !== 'documents') return notRendered(outputs);
  return { kind: 'stringMap', ...packBytes([...outputs.documents.map(({ path, text }, index) => [documentKey(path, index), text.reveal()] as const), ...askedBytes(outputs.asked)]) };
}

function notRendered(outputs: Exclude<TemplateOutputs, { readonly kind: 'texts' }>): JobResult {
  return outputs.kind === 'problem' ? outputs : entry(lookupsEntry, utf8(JSON.stringify(outputs.queries)));
}

function entry(name: string, bytes: Uint8Array): JobResult {
  return { kind: 'stringMap', ...packBytes([[name, bytes]]) };
}

function utf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

function askedBytes(asked: CapabilityQuestions | undefined): readonly (readonly [string, Uint8Array])[] {
  return asked === undefined ? [] : [[askedEntry, utf8(JSON.stringify(asked))]];
}
