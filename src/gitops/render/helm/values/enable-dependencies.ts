import type { Warn } from './coalesce-tables.ts';
import { coalesceChart } from './coalesce-values.ts';
import { leafAt, type Table, tableAt } from './table.ts';
import type { WorkingChart, WorkingDependency } from './working-chart.ts';

/**
 * Removes the dependencies that conditions and tags disable, and copies those that take part under an alias; then the same for theirs.
 * @param user values that are laid over the chart's; of a dependency, all that its parent has come to
 * @param path where the values of the chart stand in those: empty, or with a dot at its end
 * @throws ChartError
 */
export function enableDependencies(chart: WorkingChart, user: Table, path: string, warn: Warn): void {
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  chart.dependencies = candidates(chart, declared);
  const values = coalesceChart(chart, user, { keepsNulls: false, warn: () => {} });
  for (const dependency of declared) dependency.isEnabled = isEnabled(dependency, values, path, warn);
  const disabled = new Set(declared.filter((dependency) => !dependency.isEnabled).map(({ name }) => name));
  const kept = chart.dependencies.filter(({ name }) => !disabled.has(name));
  for (const dependency of kept) enableDependencies(dependency, values, `${path}${dependency.name}.`, warn);
  const keptNames = declared.filter(({ name }) => !disabled.has(name));
  chart.metadata.dependencies = keptNames.length === 0 ? undefined : keptNames;
  chart.dependencies = kept;
}

/** Those of charts/ that Chart.yaml does not speak of, then for each entry the first that meets it. */
function candidates(chart: WorkingChart, declared: readonly WorkingDependency[]): readonly WorkingChart[] {
  const undeclared = chart.dependencies.filter((child) => !declared.some((dependency) => child.meets(dependency)));
  const found = declared.flatMap((dependency) => {
    const child = chart.dependencies.find((candidate) => candidate.meets(dependency));
    const { alias } = dependency.declared;
    if (alias !== '') dependency.name = alias;
    return child === undefined ? [] : [child.aliased(alias)];
  });
  return [...undeclared, ...found];
}

/** The first condition that is a boolean decides; without one the tags do, of which one that is true is enough. */
function isEnabled({ name, declared }: WorkingDependency, values: Table, path: string, warn: Warn): boolean {
  for (const condition of declared.condition.trim().split(',')) {
    const value = condition === '' ? undefined : leafAt(values, path + condition);
    if (typeof value === 'boolean') return value;
    if (value !== undefined) warn(`the condition ${condition} of dependency ${name} is neither true nor false`);
  }
  const tags = tableAt(values, 'tags');
  const set = declared.tags.map((tag) => tags?.get(tag)).filter((value) => value !== undefined);
  if (set.some((value) => typeof value !== 'boolean')) warn(`a tag of dependency ${name} is neither true nor false`);
  return set.includes(true) || !set.includes(false);
}
