import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ChartBudget, defaultChartLimits } from '../../../src/gitops/render/helm/load/chart-limits.ts';
import { readChartArchive } from '../../../src/gitops/render/helm/load/read-archive.ts';
import type { ChartFile } from '../../../src/gitops/render/helm/chart.ts';
import type { PartPaths } from '../parts/build.ts';
import { type ChartRoot, findCharts, type FoundChart, readChartFiles } from './find-charts.ts';
import { generateValueSets, type ValueSet } from './value-sets.ts';

const root = dirname(dirname(dirname(import.meta.dirname)));
/** Value sets of charts that lie elsewhere, by the name of the chart's folder. */
const chartValues = join(root, 'test/chart-values');

/** A chart and what it is rendered with. */
export interface CorpusChart {
  readonly chart: FoundChart;
  readonly sets: readonly ValueSet[];
}

/**
 * Every chart of this repository, the feature charts, and every chart that lies in the Go modules of the parts, each once.
 * @param work a folder of the test's own, for a copy of what cannot be rendered as it lies
 */
export async function readCorpus(parts: PartPaths, work: string): Promise<readonly CorpusChart[]> {
  const roots: readonly ChartRoot[] = [
    { name: 'charts', folder: join(root, 'charts') },
    // a link in charts/, which is not followed from there
    { name: 'charts/testnet', folder: join(root, 'charts/testnet') },
    { name: 'test/charts', folder: join(root, 'test/charts') },
    { name: 'external-secrets', folder: withoutDependencies(parts.upstream.chart, join(work, 'external-secrets')) },
    ...Object.entries(parts.charts).map(([name, folder]) => ({ name, folder })),
  ];
  return Promise.all(findCharts(roots).map(async (chart) => ({ chart, sets: await valueSetsOf(chart) })));
}

/** External Secrets' repository has the chart without the one that it depends on, which is off unless told. */
function withoutDependencies(from: string, to: string): string {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
  const path = join(to, 'Chart.yaml');
  const { dependencies: _, ...rest } = parse(readFileSync(path, 'utf8'));
  writeFileSync(path, stringify(rest));
  return to;
}

/** The chart's defaults, then the sets that were written for it, or else those that are made of its values. */
async function valueSetsOf(chart: FoundChart): Promise<readonly ValueSet[]> {
  const written = writtenSets(chart);
  const generated = generateValueSets(await filesOf(chart));
  return written.length === 0 ? generated : [...generated, ...written];
}

function writtenSets({ kind, name, path }: FoundChart): readonly ValueSet[] {
  const isTop = name.split('/').length <= 3;
  const elsewhere = join(chartValues, name.split('/').at(-1) ?? '');
  const folders = [...(kind === 'folder' ? [path] : []), ...(isTop && existsSync(elsewhere) ? [elsewhere] : [])];
  return folders.flatMap((folder) => readdirSync(folder).filter((file) => /^values-.*\.yaml$/.test(file)).toSorted().map((file) => ({ name: file, text: readFileSync(join(folder, file), 'utf8') })));
}

/** An archive that cannot be read has no files: helm refuses it, and so must we. */
async function filesOf({ kind, path }: FoundChart): Promise<readonly ChartFile[]> {
  if (kind === 'folder') return readChartFiles(path);
  try {
    return await readChartArchive(readFileSync(path), new ChartBudget(defaultChartLimits));
  } catch {
    return [];
  }
}
