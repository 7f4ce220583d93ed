import type { Clock } from '../../../lib/clock.ts';
import type { ChartEngine, Release, ReleaseProblem, ReleaseRequest } from './chart-engine.ts';
import { defaultCapabilities } from './engine/capabilities.ts';
import { createChartRenderer } from './engine/chart-renderer.ts';
import type { ChartRenderer, Lookup } from './engine/render-request.ts';
import { ChartError } from './load/chart-error.ts';
import { chartCrds } from './manifests/chart-crds.ts';
import { chartManifests } from './manifests/chart-manifests.ts';
import { checkInstallable } from './values/check-installable.ts';
import { checkSchemas } from './values/check-schemas.ts';
import { coalesceValues } from './values/coalesce-values.ts';
import { processDependencies } from './values/process-dependencies.ts';

export interface BuiltinEngineOptions {
  readonly clock: Clock;
  /** Answers the charts' `lookup`; absent: nothing is there. */
  readonly lookup?: Lookup;
}

/** Renders charts in threads of this process. Nothing is started before the first chart. */
export function createBuiltinEngine({ clock, lookup }: BuiltinEngineOptions): ChartEngine {
  let renderer: ChartRenderer | undefined;
  return {
    name: 'builtin',
    render: async (request, signal) => {
      try {
        renderer ??= createChartRenderer({ clock });
        return await renderRelease(request, { renderer, lookup }, signal);
      } catch (error) {
        if (error instanceof ChartError) return { ok: false, problems: [{ message: error.message }] };
        throw error;
      }
    },
  };
}

interface Means {
  readonly renderer: ChartRenderer;
  readonly lookup: Lookup | undefined;
}

/** @throws ChartError */
async function renderRelease(request: ReleaseRequest, { renderer, lookup }: Means, signal: AbortSignal): Promise<Release> {
  const { values: given, name, namespace, tenant, isConfidential, kubeVersion, apiVersions } = request;
  const capabilities = defaultCapabilities({ kubeVersion, apiVersions });
  checkInstallable(request.chart, capabilities.kubeVersion);
  const chart = processDependencies(request.chart, given);
  const values = coalesceValues(chart, given);
  if (!request.skipSchemaValidation) checkSchemas(chart, values);
  const rendered = await renderer.renderChart({ tenant, chart, values, capabilities, isConfidential, release: { name, namespace }, ...(lookup === undefined ? {} : { lookup }) }, signal);
  if (!rendered.ok) return { ok: false, problems: [located(rendered.problem.message)] };
  const sorted = chartManifests(chart.metadata.name, rendered.templates);
  if (!sorted.ok) return { ok: false, problems: [{ message: isConfidential ? sorted.message : sorted.detail, file: inChart(sorted.path) }] };
  const { manifests, hooks } = sorted.manifests;
  const crds = request.skipCrds ? [] : chartCrds(chart).map(({ name: file, data }) => ({ file: inChart(file), text: Buffer.from(data).toString('utf8') }));
  return { ok: true, documents: [...crds, ...[...manifests, ...hooks].map(({ path, text }) => ({ file: inChart(path), text: Buffer.from(text.reveal()).toString('utf8') }))] };
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
