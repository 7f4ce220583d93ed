import type { Chart, ChartFile } from '../chart.ts';
import { isLfsPointer, lfsProblem } from '../../../source/lfs-pointer.ts';
import { assembleChart } from './assemble-chart.ts';
import { readChartYaml } from './chart-yaml.ts';
import { ChartError } from './chart-error.ts';
import { ChartBudget, type ChartLimits, defaultChartLimits } from './chart-limits.ts';
import { HelmIgnore } from './helm-ignore.ts';
import { emptyMetadata, readMetadata } from './metadata-fields.ts';
import { readChartArchive, withoutByteOrderMark } from './read-archive.ts';

/**
 * Makes a chart of the files in its folder, as Helm reads one: without what .helmignore names, with the charts in charts/, be they folders
 * or archives. Files must be regular ones: whoever reads the folder answers for links.
 * @throws ChartError for what Helm refuses, and beyond the limits
 */
export async function loadChart(files: readonly ChartFile[], limits: ChartLimits = defaultChartLimits): Promise<Chart> {
  const budget = new ChartBudget(limits);
  for (const { name, data } of files) budget.takeFile(name, data.length);
  const ignored = files.find(({ name }) => name === '.helmignore')?.data ?? new Uint8Array(0);
  const rules = new HelmIgnore(Buffer.from(withoutByteOrderMark(ignored)).toString('utf8'));
  checkApiVersion(files);
  const kept = files.filter(({ name }) => !rules.ignores(name)).map(({ name, data }) => ({ name, data: withoutByteOrderMark(data) }));
  const pointer = kept.find(({ data }) => isLfsPointer(data));
  if (pointer !== undefined) throw new ChartError(`${pointer.name} ${lfsProblem}, or name it in .helmignore`);
  return assembleChart(kept.toSorted(byWalk), budget);
}

/** Makes a chart of a packaged one: `.tgz`. .helmignore has no say in it: whoever packaged it heeded it. @throws ChartError, as `loadChart` */
export async function loadChartArchive(archive: Uint8Array, limits: ChartLimits = defaultChartLimits): Promise<Chart> {
  const budget = new ChartBudget(limits);
  const files = await readChartArchive(archive, budget);
  checkApiVersion(files);
  return assembleChart(files, budget);
}

/** Of the outermost chart only: Helm takes what is in charts/ for v2, whatever it says. */
function checkApiVersion(files: readonly ChartFile[]): void {
  const file = files.find(({ name }) => name === 'Chart.yaml');
  if (file === undefined) throw new ChartError('this is no chart: Chart.yaml is missing');
  const { apiVersion } = readMetadata(readChartYaml(file.data), emptyMetadata, 'Chart.yaml');
  if (!['', 'v1', 'v2'].includes(apiVersion)) throw new ChartError('Chart.yaml: apiVersion must be v1 or v2');
}

/** The order in which Helm walks a folder: by name, folder by folder. */
function byWalk({ name: left }: ChartFile, { name: right }: ChartFile): number {
  return Buffer.compare(walkKey(left), walkKey(right));
}

/** No name has a byte below that of the slash's stand-in. */
function walkKey(name: string): Buffer {
  return Buffer.from(name.replaceAll('/', '\0'));
}
