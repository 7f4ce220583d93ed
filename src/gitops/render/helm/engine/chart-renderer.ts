import { z } from 'zod';
import type { Clock } from '../../../../lib/clock.ts';
import type { SecretBytes } from '../../../../lib/secret-bytes.ts';
import type { RenderResult } from '../../../../template/renderer.ts';
import type { RenderLimits } from '../../../../template/worker/limits.ts';
import { createRendererPool } from '../../../../template/worker/pool.ts';
import type { ChartValues } from '../chart.ts';
import { type CapabilityQuestions, defaultCapabilities } from './capabilities.ts';
import { askedEntry, type ChartTask, lookupsEntry, missingChartEntry, packJob, refusalEntry } from './chart-job.ts';
import { documentsOf } from './release-documents.ts';
import { lookupKey, type ChartRenderer, type ChartRenderProblem, type ChartRenderRequest, type Lookup, type LookupQuery, type RenderedTemplates } from './render-request.ts';
import type { RenderInput } from './render-templates.ts';
import { withheldLookupError } from './withheld-lookup-error.ts';

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
  /** Whether the threads come behind the one that asks. Absent: they do. */
  readonly givesWay?: boolean;
  /** What the threads run. */
  readonly program?: URL;
}

/** Renders charts in threads of their own, which bound their time and memory and start when they are needed first. */
export function createChartRenderer({ clock, limits, givesWay = true, program = ownProgram() }: ChartRendererOptions): ChartRenderer {
  const pool = createRendererPool({ clock, limits: { ...chartLimits, ...limits }, givesWay, program });

  const renderOnce = async ({ tenant, chart }: ChartRenderRequest, task: ChartTask, signal: AbortSignal): Promise<Round> => {
    const ask = async (isBare: boolean): Promise<RenderResult> => {
      const [result] = await pool.render({ tenant, jobs: [packJob(chart, task, isBare)] }, signal);
      return result ?? fault('has no result');
    };
    // a chart travels once to each thread, as a rule: the thread that gets the request may not be the one that has it
    const first = await ask(true);
    const isMissing = first.ok && first.kind === 'stringMap' && first.values.has(missingChartEntry);
    const result = isMissing ? await ask(false) : first;
    if (!result.ok) return { kind: 'problem', problem: { kind: result.problem.kind, message: result.problem.message } };
    if (result.kind !== 'stringMap') return fault('is no map of texts');
    const lookups = result.values.get(lookupsEntry);
    if (lookups === undefined) return entriesOf(result.values);
    return { kind: 'lookups', queries: z.array(querySchema).parse(jsonIn(lookups)) };
  };

  /** Renders again and again, until nothing is left that has to be looked up. */
  const renderAll = async (request: ChartRenderRequest, taskOf: (input: RenderInput) => ChartTask, signal: AbortSignal): Promise<Outcome> => {
    const { values, release, capabilities = defaultCapabilities(), lookup } = request;
    let { isConfidential = false } = request;
    const known = new Map<string, ChartValues>();
    for (let round = 0; round < mostRounds && known.size <= mostLookups; round += 1) {
      const input = { values, release, capabilities, isConfidential, ...(lookup === undefined ? {} : { known }) };
      const outcome = await renderOnce(request, taskOf(input), signal);
      if (outcome.kind !== 'lookups') return outcome;
      if (lookup === undefined) continue;
      const hasSecrets = await answer(outcome.queries, lookup, known, signal).catch((error: unknown) => {
        throw isConfidential ? withheldLookupError(error) : error;
      });
      isConfidential ||= hasSecrets;
    }
    return { kind: 'problem', problem: { kind: 'limit', message: `the chart looks up more than ${mostLookups} objects, or each by what it found in another` } };
  };

  return {
    renderChart: async (request, signal) => {
      const outcome = await renderAll(request, (input) => ({ kind: 'templates', input }), signal);
      return outcome.kind === 'problem' ? { ok: false, problem: outcome.problem } : { ok: true, templates: outcome.entries, ...askedOf(outcome) };
    },
    renderRelease: async (request, signal) => {
      const { skipsCrds, skipsSchemas } = request;
      const outcome = await renderAll(request, (input) => ({ kind: 'release', input, skipsCrds, skipsSchemas }), signal);
      if (outcome.kind === 'problem') return { ok: false, problem: outcome.problem };
      const refusal = outcome.entries.get(refusalEntry);
      return refusal === undefined ? { ok: true, documents: documentsOf(outcome.entries), ...askedOf(outcome) } : { ok: false, problem: refusalSchema.parse(jsonIn(refusal)) };
    },
    prepare: () => pool.prepare(),
    close: () => pool.close(),
  };
}

function fault(what: string): never {
  throw new Error(`a render of a chart ${what}`);
}

/** What a thread has made, and what it has asked of the capabilities. */
interface Entries {
  readonly kind: 'entries';
  readonly entries: RenderedTemplates;
  readonly asked: CapabilityQuestions | undefined;
}

type Outcome = Entries | { readonly kind: 'problem'; readonly problem: ChartRenderProblem };
type Round = Outcome | { readonly kind: 'lookups'; readonly queries: readonly LookupQuery[] };

const querySchema = z.object({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() });
const refusalSchema = z.object({ kind: z.literal('refused'), message: z.string(), path: z.string().exactOptional() });

const questionsSchema = z.object({ version: z.boolean(), has: z.array(z.string()), all: z.boolean() });

function entriesOf(values: RenderedTemplates): Entries {
  const asked = values.get(askedEntry);
  if (asked === undefined) return { kind: 'entries', entries: values, asked: undefined };
  return { kind: 'entries', entries: new Map([...values].filter(([name]) => name !== askedEntry)), asked: questionsSchema.parse(jsonIn(asked)) };
}

function askedOf({ asked }: Entries): { readonly asked?: CapabilityQuestions } {
  return asked === undefined ? {} : { asked };
}

/** What a thread has written as JSON. */
function jsonIn(entry: SecretBytes): unknown {
  return JSON.parse(Buffer.from(entry.reveal()).toString('utf8'));
}

/** One after the other: there are few, and the API server is asked by everyone. @returns whether Secrets are among the answers */
async function answer(queries: readonly LookupQuery[], lookup: Lookup, known: Map<string, ChartValues>, signal: AbortSignal): Promise<boolean> {
  let isSecret = false;
  for (const query of queries.slice(0, mostLookups + 1 - known.size)) {
    const answered = await lookup(query, signal);
    known.set(lookupKey(query), answered.found);
    if (answered.isSecret) isSecret = true;
  }
  return isSecret;
}

/** Beside this file in the sources; in the bundle, where its build says. */
function ownProgram(): URL {
  const bundled = process.env['PRELUDE_CHART_THREAD'];
  return bundled === undefined ? new URL('./chart-thread.ts', import.meta.url) : new URL(bundled, import.meta.url);
}
