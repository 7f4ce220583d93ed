import type { ChartSources } from '../../../source/resolver.ts';
import type { Chart, ChartFile } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';

/** What `file://` and names of configured repositories (`@name`) would need is not there where a chart is fetched. */
const fetchable = /^(https?|oci):\/\//;

/** Where dependencies come from. */
export interface DependencySources {
  /** Absent: nothing is fetched. */
  readonly charts: ChartSources | undefined;
  /** Why nothing may be fetched from a repository. Absent: it may from all. */
  readonly repositoryRefusal?: (repoURL: string) => string | undefined;
}

/**
 * The files of a chart with those dependencies that lie not in charts/, in the versions that Chart.lock names, as `helm dependency build` has it.
 * @throws ChartError where one cannot be had; SourceError where a repository does not answer
 */
export async function withDependencies(files: readonly ChartFile[], { metadata, dependencies, lock }: Chart, { charts, repositoryRefusal }: DependencySources, signal: AbortSignal): Promise<readonly ChartFile[]> {
  const present = new Set(dependencies.map((chart) => chart.metadata.name));
  const missing = metadata.dependencies.filter(({ name }) => !present.has(name));
  if (missing.length === 0) return files;
  const names = missing.map(({ name }) => name).join(', ');
  if (charts === undefined) throw new ChartError(`Chart.yaml depends on charts that are not in charts/ (${names}), and nothing is fetched offline; run helm dependency build and commit them`);
  const path = missing.find(({ name }) => /[/\\]|\.\./.test(name) || name === '.');
  // it would be the path of a folder, and of another name in a registry
  if (path !== undefined) throw new ChartError(`Chart.yaml depends on ${JSON.stringify(path.name)}, which is the name of no chart; take / and .. out of it`);
  const added: ChartFile[] = [];
  for (const { name } of missing) {
    const locked = lock?.dependencies.find((one) => one.name === name);
    if (locked === undefined) throw new ChartError(`Chart.lock names no version of ${name}, which Chart.yaml depends on; run helm dependency update and commit Chart.lock`);
    if (!fetchable.test(locked.repository)) throw new ChartError(`${name} is not in charts/, and its repository is not one that can be fetched from; commit the chart`);
    const refusal = repositoryRefusal?.(locked.repository);
    if (refusal !== undefined) throw new ChartError(`${name}, which Chart.yaml depends on, is not in charts/, and its repository may not be read: ${refusal}`);
    const tree = await charts.resolve({ repoURL: locked.repository, chart: name, version: locked.version }, signal);
    for (const file of await tree.list('', signal)) added.push({ name: `charts/${name}/${file.path}`, data: await tree.read(file, signal) });
  }
  return [...files, ...added];
}
