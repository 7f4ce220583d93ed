import type { Chart } from '../chart.ts';
import { parseKubeVersion } from '../engine/capabilities.ts';
import { ChartError } from '../load/chart-error.ts';
import { isInRange } from './compatible-range.ts';

/**
 * What Helm asks of a chart before it renders it: that it is no library, that charts/ has all that Chart.yaml depends on, and that it is for
 * such a cluster. The last it does not ask of dependencies.
 * @param kubeVersion of the cluster
 * @throws ChartError
 */
export function checkInstallable({ metadata, dependencies }: Chart, kubeVersion: string): void {
  if (metadata.type === 'library') throw new ChartError('a library chart cannot be installed; it is for other charts to depend on');
  const present = new Set(dependencies.map((chart) => chart.metadata.name));
  const missing = metadata.dependencies.map(({ name }) => name).filter((name) => !present.has(name));
  if (missing.length > 0) throw new ChartError(`Chart.yaml depends on charts that are not in charts/: ${missing.join(', ')} (helm dependency build fetches them)`);
  const version = parseKubeVersion(kubeVersion);
  if (version === undefined) throw new ChartError('the version of Kubernetes is none: it must be like 1.33 or v1.33.4');
  if (metadata.kubeVersion !== '' && !isInRange(metadata.kubeVersion, version.normalized)) throw new ChartError(`the chart is for Kubernetes ${metadata.kubeVersion}, and the cluster has ${version.normalized}`);
}
