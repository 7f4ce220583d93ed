import { readFileSync, statSync } from 'node:fs';
import type { Chart } from '../../../src/gitops/render/helm/chart.ts';
import type { ChartEngine } from '../../../src/gitops/render/helm/chart-engine.ts';
import { ChartError } from '../../../src/gitops/render/helm/load/chart-error.ts';
import { loadChart, loadChartArchive } from '../../../src/gitops/render/helm/load/load-chart.ts';
import { readValuesText } from '../../../src/gitops/render/helm/values/read-values.ts';
import { readChartFiles } from './find-charts.ts';
import type { HelmRelease, ReleaseCase } from './helm-release.ts';

/** Loads a chart's folder or archive. @throws ChartError */
async function readChart(path: string): Promise<Chart> {
  return statSync(path).isDirectory() ? loadChart(readChartFiles(path)) : loadChartArchive(readFileSync(path));
}

/** What the engine makes of a release, told as helm tells it. */
export async function renderOurs(engine: ChartEngine, one: ReleaseCase, signal: AbortSignal): Promise<HelmRelease> {
  const [release] = await renderReleases(engine, [one], signal);
  if (release === undefined) throw new Error('a release has no result');
  return release;
}

/** Renders one after the other, or as many at once as is said, each as an Application of its own; a chart is read once. */
export async function renderReleases(engine: ChartEngine, cases: readonly ReleaseCase[], signal: AbortSignal, atOnce = 1): Promise<readonly HelmRelease[]> {
  const charts = new Map<string, Promise<Chart>>();
  const releases: HelmRelease[] = [];
  const queue = cases.entries();
  const render = async (tenant: string): Promise<void> => {
    for (const [index, one] of queue) {
      const reading = charts.get(one.chart) ?? readChart(one.chart);
      charts.set(one.chart, reading);
      releases[index] = await renderOne(engine, reading, { ...one, tenant }, signal);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, index) => render(`test-${index}`)));
  return releases;
}

async function renderOne(engine: ChartEngine, reading: Promise<Chart>, one: ReleaseCase & { readonly tenant: string }, signal: AbortSignal): Promise<HelmRelease> {
  const { release: name, namespace, kubeVersion, tenant, apiVersions = [] } = one;
  try {
    const chart = await reading;
    const values = one.values === undefined ? {} : readValuesText(Buffer.from(one.values), 'values.yaml');
    const settings = { skipCrds: false, skipSchemaValidation: false, isConfidential: false, tenant, ...(kubeVersion === undefined ? {} : { kubeVersion }) };
    // only the program is handed files
    const release = await engine.render({ files: [], chart, values, name, namespace, apiVersions, ...settings }, signal);
    if (!release.ok) return { ok: false, message: release.problems.map(({ message }) => message).join('\n') };
    return { ok: true, documents: release.documents.map(({ file, text }) => ({ source: `${chart.metadata.name}/${file}`, text: Buffer.from(text) })) };
  } catch (error) {
    if (error instanceof ChartError) return { ok: false, message: error.message };
    throw error;
  }
}
