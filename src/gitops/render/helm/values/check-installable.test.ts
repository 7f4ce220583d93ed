import { describe, expect, it } from 'vitest';
import type { ChartFile } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { loadChart } from '../load/load-chart.ts';
import { checkInstallable } from './check-installable.ts';

async function check(metadata: string, kubeVersion = 'v1.37.0'): Promise<void> {
  const file: ChartFile = { name: 'Chart.yaml', data: Buffer.from(`apiVersion: v2\nname: web\nversion: 0.1.0\n${metadata}`) };
  checkInstallable(await loadChart([file]), kubeVersion);
}

describe('whether a chart can be installed', () => {
  it('is denied of libraries, and of charts that lack a dependency', async () => {
    await expect(check('type: library\n')).rejects.toThrow('a library chart cannot be installed');
    await expect(check('dependencies: [{ name: db, version: 1.0.0 }]\n')).rejects.toThrow('not in charts/: db');
  });

  it('depends on the version of the cluster where the chart says for which it is', async () => {
    await expect(check('kubeVersion: ">=1.22.0-0"\n', '1.24.3')).resolves.toBeUndefined();
    await expect(check('kubeVersion: ">=1.33.0-0"\n', 'v1.33.4-gke.1245000')).resolves.toBeUndefined();
    await expect(check('kubeVersion: "<1.20.0"\n')).rejects.toThrow('the chart is for Kubernetes <1.20.0, and the cluster has v1.37.0');
    await expect(check('', 'not a version')).rejects.toThrow(ChartError);
  });
});
