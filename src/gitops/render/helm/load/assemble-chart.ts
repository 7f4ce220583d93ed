import type { Chart, ChartFile, ChartLock } from '../chart.ts';
import { readValuesText } from '../values/read-values.ts';
import { readLock } from './chart-lock.ts';
import { checkMetadata } from './chart-metadata.ts';
import { readChartYaml } from './chart-yaml.ts';
import { ChartError } from './chart-error.ts';
import type { ChartBudget } from './chart-limits.ts';
import { emptyMetadata, type MetadataFields, readMetadata } from './metadata-fields.ts';
import { readChartArchive } from './read-archive.ts';

/**
 * Makes a chart of its files, and of those in charts/ the charts that it depends on.
 * @param depth how many charts it is in
 * @throws ChartError
 */
export async function assembleChart(files: readonly ChartFile[], budget: ChartBudget, depth = 0): Promise<Chart> {
  budget.checkDepth(depth);
  const metadata = checkMetadata(readAllMetadata(files));
  const schema = files.findLast(({ name }) => name === 'values.schema.json')?.data;
  const lock = readLocks(files);
  const others = files.filter((file) => isOther(file, metadata.apiVersion));
  return {
    metadata,
    values: readValues(files),
    ...(schema === undefined ? {} : { schema }),
    ...(lock === undefined ? {} : { lock }),
    templates: files.filter(({ name }) => name.startsWith('templates/')),
    files: others,
    crds: others.filter(({ name }) => name.startsWith('crds/') && /\.(yaml|yml|json)$/i.test(name)),
    dependencies: await assembleDependencies(files, metadata.name, budget, depth + 1),
  };
}

function readAllMetadata(files: readonly ChartFile[]): MetadataFields {
  const charts = files.filter(({ name }) => name === 'Chart.yaml');
  const requirements = files.filter(({ name }) => name === 'requirements.yaml');
  if (charts.length === 0) throw new ChartError('Chart.yaml is missing');
  let fields = emptyMetadata;
  for (const { name, data } of charts) {
    fields = readMetadata(readChartYaml(data), fields, name);
    // Helm 2 did without
    if (fields.apiVersion === '') fields = { ...fields, apiVersion: 'v1' };
  }
  for (const { name, data } of requirements) fields = readMetadata(readChartYaml(data), fields, name);
  return fields;
}

function readValues(files: readonly ChartFile[]): Chart['values'] {
  const file = files.findLast(({ name }) => name === 'values.yaml');
  if (file === undefined) return {};
  return readValuesText(file.data, 'values.yaml');
}

function readLocks(files: readonly ChartFile[]): ChartLock | undefined {
  return files
    .filter(({ name }) => name === 'Chart.lock' || name === 'requirements.lock')
    .map(({ name, data }) => readLock(data, name))
    .findLast((lock) => lock !== undefined);
}

const read = new Set(['Chart.yaml', 'Chart.lock', 'values.yaml', 'values.schema.json']);

/** Whether `.Files` has it. */
function isOther({ name }: ChartFile, apiVersion: 'v1' | 'v2'): boolean {
  if (read.has(name) || name.startsWith('templates/')) return false;
  if (name === 'requirements.yaml' || name === 'requirements.lock') return apiVersion === 'v1';
  return !name.startsWith('charts/') || name.endsWith('.prov');
}

async function assembleDependencies(files: readonly ChartFile[], parent: string, budget: ChartBudget, depth: number): Promise<readonly Chart[]> {
  const inside = files.filter(({ name }) => name.startsWith('charts/') && !name.endsWith('.prov')).map(({ name, data }) => ({ name: name.slice('charts/'.length), data }));
  // Helm has them in any order; by name, a render is the same each time
  const byName = [...Map.groupBy(inside, ({ name }) => name.split('/', 1)[0] ?? '')].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const charts: Chart[] = [];
  for (const [name, own] of byName) {
    if (name.startsWith('_') || name.startsWith('.')) continue;
    try {
      charts.push(await assembleDependency(name, own, budget, depth));
    } catch (error) {
      throw error instanceof ChartError ? error.within(`charts/${name} in ${parent}`) : error;
    }
  }
  return charts;
}

async function assembleDependency(name: string, files: readonly ChartFile[], budget: ChartBudget, depth: number): Promise<Chart> {
  if (!name.endsWith('.tgz')) {
    // a file that lies in charts/ itself is no chart, and yet Helm finds one without a Chart.yaml
    const own = files.filter((file) => file.name.includes('/')).map((file) => ({ name: file.name.slice(name.length + 1), data: file.data }));
    return assembleChart(own, budget, depth);
  }
  const [archive] = files;
  if (archive?.name !== name) throw new ChartError('this must be an archive, and is a folder');
  budget.checkDepth(depth);
  return assembleChart(await readChartArchive(archive.data, budget), budget, depth);
}
