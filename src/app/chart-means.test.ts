import { expect, it } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { createChartMeans } from './chart-means.ts';

const { signal } = new AbortController();

it('charts are not fetched from the addresses of the pod itself', async () => {
  const means = createChartMeans(systemClock, undefined, { ownAddresses: ['203.0.113.9'] });

  await expect(means.charts.poll({ repoURL: 'https://203.0.113.9/charts', chart: 'net', version: '1.0.0' }, signal)).rejects.toThrow('203.0.113.9 must not be asked');
  await means.close();
});
