import { fromText } from '../../../../template/value/byte-string.ts';
import { dict, int64, list } from '../../../../template/value/go-type.ts';
import type { GoMap, Value } from '../../../../template/value/value.ts';
import type { ChartValue, ChartValues } from '../chart.ts';

/** A value of a chart as templates see it: numbers are float64, as in all that Helm reads from YAML and JSON; those of `--set` are int64. */
function toValue(value: ChartValue): Value {
  if (value === null) return undefined;
  if (typeof value === 'string') return fromText(value);
  if (typeof value === 'bigint') return int64(value);
  if (typeof value !== 'object') return value;
  return isList(value) ? list(value.map(toValue)) : toMap(value);
}

export function toMap(values: ChartValues): GoMap {
  return dict(Object.entries(values).map(([key, value]) => [fromText(key), toValue(value)] as const));
}

function isList(value: readonly ChartValue[] | ChartValues): value is readonly ChartValue[] {
  return Array.isArray(value);
}
