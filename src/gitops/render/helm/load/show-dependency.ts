import type { ChartDependency, ChartValues } from '../chart.ts';

/** An entry of `.Chart.Dependencies`, by Go's field names. @param isEnabled what conditions and tags come to, once they are known */
export function showDependency(dependency: ChartDependency, isEnabled: boolean): ChartValues {
  return {
    Name: dependency.name,
    Version: dependency.version,
    Repository: dependency.repository,
    Condition: dependency.condition,
    Tags: dependency.tags,
    Enabled: isEnabled,
    ImportValues: dependency.importValues.map((item) => (typeof item === 'string' ? item : { child: item.child, parent: item.parent })),
    Alias: dependency.alias,
  };
}
