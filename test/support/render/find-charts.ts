import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { ChartFile } from '../../../src/gitops/render/helm/chart.ts';

/** A chart as it lies somewhere: a folder with a Chart.yaml, or an archive. */
export interface FoundChart {
  /** Where it was found: the root's name and the path in it. */
  readonly name: string;
  readonly path: string;
  readonly kind: 'folder' | 'archive';
  /** Of what it holds. Charts of one digest are one chart. */
  readonly digest: string;
}

export interface ChartRoot {
  readonly name: string;
  readonly folder: string;
}

/** Every chart under the roots, those inside other charts included; each once, however often it lies there. */
export function findCharts(roots: readonly ChartRoot[]): readonly FoundChart[] {
  const found = new Map<string, FoundChart>();
  for (const root of roots) {
    for (const chart of chartsIn(root)) if (!found.has(chart.digest)) found.set(chart.digest, chart);
  }
  return [...found.values()];
}

function chartsIn({ name, folder }: ChartRoot): readonly FoundChart[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return paths.flatMap((path): FoundChart[] => {
    if (path.endsWith('.tgz')) return [{ name: nameOf(name, folder, path), path, kind: 'archive', digest: digestOf([{ name: '', data: readFileSync(path) }]) }];
    if (basename(path) !== 'Chart.yaml') return [];
    const chart = join(path, '..');
    return [{ name: nameOf(name, folder, chart), path: chart, kind: 'folder', digest: digestOf(readChartFiles(chart)) }];
  });
}

function nameOf(root: string, folder: string, path: string): string {
  return join(root, relative(folder, path));
}

/** Every file of the folder, in the order of their paths. */
export function readChartFiles(folder: string): readonly ChartFile[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return paths.map((path) => ({ name: relative(folder, path), data: readFileSync(path) }));
}

/** Of the names and the bytes of all files. */
function digestOf(files: readonly ChartFile[]): string {
  const hash = createHash('sha256');
  for (const { name, data } of files) hash.update(`${name}\0${data.length}\0`).update(data);
  return hash.digest('hex');
}
