import type { Chart, ChartValues } from '../../../src/gitops/render/helm/chart.ts';
import { toMap } from '../../../src/gitops/render/helm/engine/chart-value.ts';
import { loadChart } from '../../../src/gitops/render/helm/load/load-chart.ts';
import { checkInstallable } from '../../../src/gitops/render/helm/values/check-installable.ts';
import { checkSchemas } from '../../../src/gitops/render/helm/values/check-schemas.ts';
import { coalesceValues } from '../../../src/gitops/render/helm/values/coalesce-values.ts';
import { isValues } from '../../../src/gitops/render/helm/values/merge-values.ts';
import { processDependencies } from '../../../src/gitops/render/helm/values/process-dependencies.ts';
import { toText } from '../../../src/template/value/byte-string.ts';
import { encodeYaml } from '../../../src/template/yaml/encode-yaml.ts';
import { testContext } from '../template/our-answer.ts';
import { chartFiles, type ChartTexts, type Dump } from './helm-runs.ts';

/** What helm's dumps must be, without helm. */
export async function ourDumps(texts: ChartTexts, user: ChartValues): Promise<Readonly<Record<string, Dump>>> {
  const loaded = await loadChart(chartFiles(texts));
  checkInstallable(loaded, 'v1.37.0');
  const chart = processDependencies(loaded, user);
  const values = coalesceValues(chart, user);
  checkSchemas(chart, values);
  return Object.fromEntries(dumpsOf(chart, values, chart.metadata.name, true));
}

function dumpsOf(chart: Chart, values: ChartValues, path: string, isRoot: boolean): readonly (readonly [string, Dump])[] {
  const own = chart.templates.some(({ name }) => name === 'templates/dump.yaml') && chart.metadata.type === 'application';
  const dump = { chart: yamlOf({ ...chart.metadata.shown, IsRoot: isRoot }), values: yamlOf(values) };
  const inner = chart.dependencies.flatMap((child) => {
    const given = values[child.metadata.name];
    return dumpsOf(child, isValues(given) ? given : {}, `${path}/charts/${child.metadata.name}`, false);
  });
  return [...(own ? [[path, dump] as const] : []), ...inner];
}

/** As `toYaml` prints it. */
export function yamlOf(values: ChartValues): string {
  return toText(encodeYaml(toMap(values), testContext({ steps: 1e8, bytes: 1e9 }).meter)).replace(/\n$/, '');
}
