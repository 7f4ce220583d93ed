import { setImmediate } from 'node:timers/promises';
import { plainHelmOptions } from '../../../api/helm-options.ts';
import { formatKey } from '../../../api/object.ts';
import type { Problem } from '../../plan/plan.ts';
import type { ChartSources } from '../../source/resolver.ts';
import { inFolder, isWithin } from '../../source/tree-limits.ts';
import { leftOutProblems } from '../left-out-problems.ts';
import { readTreeFiles } from '../read-tree-files.ts';
import type { ClusterView } from '../cluster-view.ts';
import type { Rendered, Renderer, RenderInput, ValuesFromCluster } from '../renderer.ts';
import { readApplicationValues } from './application-values.ts';
import type { Chart, ChartFile, ChartValues } from './chart.ts';
import { createChartCache } from './chart-cache.ts';
import type { ChartEngine, Release, ReleaseRequest } from './chart-engine.ts';
import { withDependencies } from './fetch/locked-dependencies.ts';
import { ChartError } from './load/chart-error.ts';
import { defaultChartLimits } from './load/chart-limits.ts';
import { createReleaseReader, releaseObjects } from './release-objects.ts';
import { type FilledValues, fillPlaceholders, fillValues } from './values-from/filled-values.ts';
import { followLookups, type LookedUp } from './values-from/looked-up.ts';
import type { Variant } from './values-from/stand-in.ts';
import { textInGit } from './values-from/text-in-git.ts';
import { holdBack, type OtherRender, taintObjects } from './values-from/taint-objects.ts';
import { readValuesFrom, type ValuesFrom } from './values-from/values-from.ts';

/** Which engine renders an Application's charts. */
export type ChooseEngine = (input: RenderInput) => ChartEngine;

export interface HelmRendererOptions {
  /** Fetches charts that Chart.yaml depends on and charts/ does not hold; absent: they must be committed. */
  readonly charts?: ChartSources;
}

/** Charts. Values from Secrets are placeholders until the cluster's are handed over, and are marked wherever they land. */
export function createHelmRenderer(choose: ChooseEngine, { charts }: HelmRendererOptions = {}): Renderer {
  const load = createChartCache();
  return {
    name: 'helm',
    accepts: async ({ source, tree, path }, signal) => {
      if (source.isKustomization) return false;
      if (source.helm !== undefined || source.chart !== undefined) return true;
      const chartFile = inFolder(path, 'Chart.yaml');
      return (await tree.list(path, signal)).some((file) => file.path === chartFile);
    },
    valueSources: async (input) => entriesFor(input).map(({ kind, name, key, optional }) => ({ kind, name, key, optional })),
    render: (input, values, signal) => renderRelease(input, { engine: choose(input), load, charts, values }, signal),
  };
}

/** What is wrong with the annotation is told once, with the Application. */
function entriesFor({ application, source }: RenderInput): readonly ValuesFrom[] {
  return readValuesFrom(application).entries.filter((entry) => entry.source === undefined || entry.source === source.name);
}

function failed(problems: readonly Problem[]): Rendered {
  return { objects: [], problems };
}

interface Means {
  readonly engine: ChartEngine;
  readonly load: (files: readonly ChartFile[]) => Promise<Chart>;
  readonly charts: ChartSources | undefined;
  readonly values: ValuesFromCluster | undefined;
}

async function renderRelease(input: RenderInput, means: Means, signal: AbortSignal): Promise<Rendered> {
  const read = await readChartFiles(input, signal);
  if ('problems' in read) return failed(read.problems);
  const own = await readApplicationValues(input, signal);
  if (own.problems.some(({ severity }) => severity === 'error')) return failed(own.problems);
  try {
    const files = await withDependencies(read.files, await means.load(read.files), { charts: means.charts, ...(input.repositoryRefusal === undefined ? {} : { repositoryRefusal: input.repositoryRefusal }) }, signal);
    const chart = await means.load(files);
    const filled = fill(own.values, entriesFor(input), chart, means.values);
    const rendered = await renderFilled(input, { files, chart, filled }, means, signal);
    const notes = filled.problems.map((message): Problem => ({ severity: 'warning', message, origin: chartOrigin(input) }));
    return { objects: rendered.objects, problems: [...own.problems, ...notes, ...rendered.problems] };
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    return failed([...own.problems, { severity: 'error', message: error.message, origin: chartOrigin(input) }]);
  }
}

function fill(base: ChartValues, entries: readonly ValuesFrom[], chart: Chart, values: ValuesFromCluster | undefined): FilledValues {
  return values === undefined ? fillPlaceholders(base, entries, chart) : fillValues(base, entries, chart, values);
}

function chartOrigin({ path }: RenderInput): { readonly file: string; readonly line: number } {
  return { file: inFolder(path, 'Chart.yaml'), line: 1 };
}

/** The chart's folder; nothing of it is passed over, because the objects of what went missing would be pruned. */
async function readChartFiles({ tree, path, field }: RenderInput, signal: AbortSignal): Promise<{ readonly files: readonly ChartFile[] } | { readonly problems: readonly Problem[] }> {
  const listed = (await tree.list(path, signal)).filter((file) => isWithin(file.path, path));
  if (!listed.some((file) => file.path === inFolder(path, 'Chart.yaml'))) return { problems: [{ severity: 'error', message: 'is not a chart: there is no Chart.yaml', path: `${field}.path` }] };
  const bytes = listed.reduce((sum, { size }) => sum + size, 0);
  if (bytes > defaultChartLimits.bytes) return { problems: [{ severity: 'error', message: `the chart is larger than ${defaultChartLimits.bytes} bytes`, path: `${field}.path` }] };
  const leftOut = leftOutProblems(await tree.leftOut(path, signal));
  const { files, problems } = await readTreeFiles(tree, listed, signal);
  if (leftOut.length + problems.length > 0) return { problems: [...leftOut, ...problems] };
  const prefix = path === '' ? 0 : path.length + 1;
  return { files: files.map(({ path: file, data }) => ({ name: file.slice(prefix), data })) };
}

function requestOf({ application, source }: RenderInput): Omit<ReleaseRequest, 'files' | 'chart' | 'values' | 'isConfidential'> {
  const options = source.helm ?? plainHelmOptions;
  return {
    name: options.releaseName ?? application.metadata.name,
    namespace: options.namespace ?? application.spec.destination.namespace,
    ...(options.kubeVersion === undefined ? {} : { kubeVersion: options.kubeVersion }),
    ...{ apiVersions: options.apiVersions, skipCrds: options.skipCrds, skipSchemaValidation: options.skipSchemaValidation },
    tenant: formatKey(application.metadata),
  };
}

interface ReadyChart {
  readonly files: readonly ChartFile[];
  readonly chart: Chart;
  readonly filled: FilledValues;
}

async function renderFilled(input: RenderInput, { files, chart, filled }: ReadyChart, { engine, values }: Means, signal: AbortSignal): Promise<Rendered> {
  const request = { ...requestOf(input), files, chart };
  const lookedUp = input.live === undefined ? undefined : followLookups(input.live, { secrets: filled.secrets, isInGit: textInGit(chart, filled.others[0] ?? filled.shown, [request.name, request.namespace]) });
  const live = lookedUp === undefined ? {} : { live: lookedUp.shown };
  const render = (given: ChartValues, more: Partial<ReleaseRequest>): Promise<Release> => engine.render({ ...request, values: given, isConfidential: false, ...live, ...more }, signal);
  const reader = createReleaseReader();
  const objectsOf = (release: Release): Rendered =>
    release.ok ? releaseObjects(release.documents, (file) => inFolder(input.path, file), reader) : { objects: [], problems: release.problems.map((problem) => toProblem(problem, input)) };
  const shown = await render(filled.shown, { isConfidential: values !== undefined && filled.others.length > 0, ...(filled.breaksSchema ? { skipSchemaValidation: true } : {}) });
  if (!shown.ok) return objectsOf(shown);
  // a stand-in may be what a chart cannot take; then everything counts as if it depended on the value
  const again = async (other: ChartValues, view = lookedUp?.aside): Promise<OtherRender> => {
    const release = await render(other, { isConfidential: true, skipSchemaValidation: true, ...(view === undefined ? {} : { live: view }) });
    return release.ok ? objectsOf(release).objects : undefined;
  };
  // a thread renders them while the objects of the first are read here
  const rest = othersOf(filled, lookedUp).map(({ values: other, view }) => again(other, view));
  const [rendered, ...others] = await Promise.all([onceSent(() => objectsOf(shown)), ...rest]);
  const { objects, problems } = others.length === 0 ? { objects: rendered.objects, problems: [] } : taintObjects(rendered.objects, others, [...filled.secrets, ...(lookedUp?.secrets() ?? [])]);
  const known = filled.isPartial ? holdBack(objects, undefined) : filled.unsettled === undefined ? objects : holdBack(objects, await again(filled.unsettled));
  return { objects: known, problems: [...rendered.problems, ...problems] };
}

/** Does something in this thread once what was asked of another is on its way there. */
async function onceSent<T>(work: () => T): Promise<T> {
  await setImmediate();
  return work();
}

/** What to render with once more, to tell what depends on values of Secrets: values of the release, and those that it has looked up. */
function othersOf({ shown, others }: FilledValues, lookedUp: LookedUp | undefined): readonly { readonly values: ChartValues; readonly view?: ClusterView }[] {
  if (lookedUp?.holdsSecrets() !== true) return others.map((values) => ({ values }));
  const variants: readonly Variant[] = [0, 1];
  return variants.map((variant) => ({ values: others[variant] ?? others[0] ?? shown, view: lookedUp.other(variant) }));
}

function toProblem({ message, file, line }: { readonly message: string; readonly file?: string; readonly line?: number }, input: RenderInput): Problem {
  return { severity: 'error', message, origin: file === undefined ? chartOrigin(input) : { file: inFolder(input.path, file), line: line ?? 1 } };
}
