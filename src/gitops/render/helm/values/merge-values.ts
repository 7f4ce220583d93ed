import type { ChartValue, ChartValues } from '../chart.ts';

export function isValues(value: ChartValue | undefined): value is ChartValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Merges values over others, as Helm does with one values file after another: maps are merged, all else is replaced, null included. */
export function mergeValues(base: ChartValues, over: ChartValues): ChartValues {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    merged.set(key, isValues(value) && isValues(below) ? mergeValues(below, value) : value);
  }
  return Object.fromEntries(merged);
}
