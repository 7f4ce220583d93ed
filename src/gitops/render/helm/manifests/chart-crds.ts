import { posix } from 'node:path';
import type { Chart, ChartFile } from '../chart.ts';

/** The files under crds/ of a chart and, behind them, of its dependencies, with the paths that Helm gives them. They are no templates. */
export function chartCrds(chart: Chart, parentPath = ''): readonly ChartFile[] {
  const path = parentPath === '' ? chart.metadata.name : `${parentPath}/charts/${chart.metadata.name}`;
  const own = chart.crds.filter(({ name }) => /\.(ya?ml|json)$/i.test(name)).map(({ name, data }) => ({ name: posix.join(path, name), data }));
  return [...own, ...chart.dependencies.flatMap((dependency) => chartCrds(dependency, path))];
}
