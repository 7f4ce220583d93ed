import type { Chart, ChartValues } from '../chart.ts';
import type { Warn } from './coalesce-tables.ts';
import { enableDependencies } from './enable-dependencies.ts';
import { importValues } from './import-values.ts';
import { toTable } from './table.ts';
import { WorkingChart } from './working-chart.ts';

/**
 * Decides which dependencies of a chart take part in a release: by `condition`, `tags`, `alias` and `version` of Chart.yaml, through all
 * levels. What `import-values` names becomes part of the parents' own values.
 * @param user values that are laid over the chart's
 * @throws ChartError where what stands under the name of a dependency is no map
 */
export function processDependencies(chart: Chart, user: ChartValues, warn: Warn = () => {}): Chart {
  const working = WorkingChart.of(chart);
  enableDependencies(working, toTable(user), '', warn);
  importValues(working, warn);
  return working.toChart();
}
