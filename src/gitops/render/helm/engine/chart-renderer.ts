import { z } from 'zod';
import type { Clock } from '../../../../lib/clock.ts';
import type { RenderResult } from '../../../../template/renderer.ts';
import type { RenderLimits } from '../../../../template/worker/limits.ts';
import { createRendererPool } from '../../../../template/worker/pool.ts';
import type { ChartValues } from '../chart.ts';
import { defaultCapabilities } from './capabilities.ts';
import { lookupsEntry, missingChartEntry, packJob } from './chart-job.ts';
import type { ChartRenderer, ChartRenderRequest, ChartRenderResult, Lookup, LookupQuery } from './render-request.ts';
import { lookupKey, type RenderInput } from './render-templates.ts';

/** What rendering a chart may cost; the first two hold for each of its templates. The largest charts that are in use take a tenth of it. */
const chartLimits: RenderLimits = {
  steps: 20_000_000,
  allocatedBytes: 64 * 1024 * 1024,
  inputBytes: 64 * 1024 * 1024,
  outputBytes: 32 * 1024 * 1024,
  milliseconds: 30_000,
  heapMiB: 512,
  stackMiB: 16,
};

/** What is looked up may lead to more that is; no chart needs as many rounds. */
const mostRounds = 10;
/** Of one render. */
const mostLookups = 500;

export interface ChartRendererOptions {
  readonly clock: Clock;
  readonly limits?: Partial<RenderLimits>;
  /** What the threads run. */
  readonly program?: URL;
}

/** Renders charts in threads of their own, which bound their time and memory and start when they are needed first. */
export function createChartRenderer({ clock, limits, program = ownProgram() }: ChartRendererOptions): ChartRenderer {
  const pool = createRendererPool({ clock, limits: { ...chartLimits, ...limits }, program });

  const renderOnce = async ({ tenant, chart }: ChartRenderRequest, input: RenderInput, signal: AbortSignal): Promise<Round> => {
    const ask = async (isBare: boolean): Promise<RenderResult> => {
      const [result] = await pool.render({ tenant, jobs: [packJob(chart, input, isBare)] }, signal);
      return result ?? fault('has no result');
    };
    // a chart travels once to each thread, as a rule: the thread that gets the request may not be the one that has it
    const first = await ask(true);
    const isMissing = first.ok && first.kind === 'stringMap' && first.values.has(missingChartEntry);
    const result = isMissing ? await ask(false) : first;
    if (!result.ok) return { kind: 'done', result: { ok: false, problem: { kind: result.problem.kind, message: result.problem.message } } };
    if (result.kind !== 'stringMap') return fault('is no map of texts');
    const lookups = result.values.get(lookupsEntry);
    if (lookups === undefined) return { kind: 'done', result: { ok: true, templates: result.values } };
    return { kind: 'lookups', queries: z.array(querySchema).parse(JSON.parse(Buffer.from(lookups.reveal()).toString('utf8'))) };
  };

  return {
    renderChart: async (request, signal) => {
      const { values, release, capabilities = defaultCapabilities(), isConfidential = false, lookup } = request;
      const known = new Map<string, ChartValues>();
      for (let round = 0; round < mostRounds && known.size <= mostLookups; round += 1) {
        const input = { values, release, capabilities, isConfidential, ...(lookup === undefined ? {} : { known }) };
        const outcome = await renderOnce(request, input, signal);
        if (outcome.kind === 'done') return outcome.result;
        if (lookup !== undefined) await answer(outcome.queries, lookup, known, signal);
      }
      return { ok: false, problem: { kind: 'limit', message: `the chart looks up more than ${mostLookups} objects, or each by what it found in another` } };
    },
    close: () => pool.close(),
  };
}

function fault(what: string): never {
  throw new Error(`a render of a chart ${what}`);
}

type Round = { readonly kind: 'done'; readonly result: ChartRenderResult } | { readonly kind: 'lookups'; readonly queries: readonly LookupQuery[] };

const querySchema = z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() });

/** One after the other: there are few, and the API server is asked by everyone. */
async function answer(queries: readonly LookupQuery[], lookup: Lookup, known: Map<string, ChartValues>, signal: AbortSignal): Promise<void> {
  for (const query of queries.slice(0, mostLookups + 1 - known.size)) known.set(lookupKey(query), await lookup(query, signal));
}

/** Beside this file in the sources; in the bundle, where its build says. */
function ownProgram(): URL {
  const bundled = process.env['PRELUDE_CHART_THREAD'];
  return bundled === undefined ? new URL('./chart-thread.ts', import.meta.url) : new URL(bundled, import.meta.url);
}
