import type { Clock } from '../../../lib/clock.ts';
import type { ChartEngine, Release, ReleaseProblem, ReleaseRequest } from './chart-engine.ts';
import type { CapabilityQuestions } from './engine/capabilities.ts';
import { createChartRenderer } from './engine/chart-renderer.ts';
import type { ChartRenderer, ChartRenderProblem, ReleaseRefusal } from './engine/render-request.ts';
import { capabilitiesFor, noteAsked } from './live-capabilities.ts';
import { ChartError } from './load/chart-error.ts';
import { checkInstallable } from './values/check-installable.ts';

export interface BuiltinEngineOptions {
  readonly clock: Clock;
  /** Whether its threads come behind the one that asks. Absent: they do. */
  readonly givesWay?: boolean;
}

/** Renders charts in threads of this process. Nothing is started before the first chart is, or is said to come. */
export function createBuiltinEngine(options: BuiltinEngineOptions): ChartEngine {
  let renderer: ChartRenderer | undefined;
  const rendererOnce = (): ChartRenderer => (renderer ??= createChartRenderer(options));
  return {
    name: 'builtin',
    prepare: () => rendererOnce().prepare(),
    render: async (request, signal) => {
      try {
        return await renderRelease(request, rendererOnce(), signal);
      } catch (error) {
        if (!(error instanceof ChartError)) throw error;
        noteAsked(request);
        return { ok: false, problems: [{ message: error.message }] };
      }
    },
    close: async () => {
      await renderer?.close();
    },
  };
}

/** @throws ChartError */
async function renderRelease(request: ReleaseRequest, renderer: ChartRenderer, signal: AbortSignal): Promise<Release> {
  const { chart, values, name, namespace, tenant, isConfidential, skipCrds: skipsCrds, skipSchemaValidation: skipsSchemas } = request;
  const capabilities = await capabilitiesFor(request, signal);
  checkInstallable(chart, capabilities.kubeVersion);
  const rendered = await renderer.renderRelease({ tenant, chart, values, capabilities, isConfidential, skipsCrds, skipsSchemas, release: { name, namespace }, ...(request.live === undefined ? {} : { lookup: request.live.lookup }) }, signal);
  // whether a chart fails may depend on any answer
  noteAsked(request, rendered.ok ? askedWith(request, rendered.asked) : undefined);
  if (rendered.ok) return { ok: true, documents: rendered.documents.map(({ path, text }) => ({ file: inChart(path), text: Buffer.from(text.reveal()).toString('utf8') })) };
  return { ok: false, problems: [problemOf(rendered.problem)] };
}

/** A chart says itself which versions of Kubernetes it is for. */
function askedWith({ chart }: ReleaseRequest, asked: CapabilityQuestions | undefined): CapabilityQuestions | undefined {
  return asked === undefined || chart.metadata.kubeVersion === '' ? asked : { ...asked, version: true };
}

function problemOf(problem: ChartRenderProblem | ReleaseRefusal): ReleaseProblem {
  if (problem.kind !== 'refused') return located(problem.message);
  return { message: problem.message, ...(problem.path === undefined ? {} : { file: inChart(problem.path) }) };
}

/** Errors of templates say where they are: `net/templates/a.yaml:3:14`. */
function located(message: string): ReleaseProblem {
  const [, path, line] = /(?:^|[\s("])([^\s:("]+\/templates\/[^\s:("]+):(\d+)/.exec(message) ?? [];
  return { message, ...(path === undefined ? {} : { file: inChart(path), line: Number(line) }) };
}

/** Paths of templates begin with the chart's name. */
function inChart(path: string): string {
  return path.slice(path.indexOf('/') + 1);
}
