import { createHash } from 'node:crypto';
import { LruMap } from '../../../lib/lru-map.ts';
import type { Chart, ChartFile } from './chart.ts';
import { loadChart } from './load/load-chart.ts';

/** Bytes of charts that stay loaded: many Applications are releases of few charts. */
const mostBytes = 64 << 20;

/** Loads charts, each content once. */
export function createChartCache(): (files: readonly ChartFile[]) => Promise<Chart> {
  const cache = new LruMap<{ readonly chart: Promise<Chart>; readonly size: number }>(mostBytes, ({ size }) => size);
  return (files) => {
    const key = keyOf(files);
    const known = cache.get(key);
    if (known !== undefined) return known.chart;
    const chart = loadChart(files);
    cache.set(key, { chart, size: files.reduce((sum, { data }) => sum + data.length, 0) });
    return chart;
  };
}

function keyOf(files: readonly ChartFile[]): string {
  const hash = createHash('sha256');
  for (const { name, data } of files) hash.update(`${name}\0${data.length}\0`).update(data);
  return hash.digest('base64');
}
