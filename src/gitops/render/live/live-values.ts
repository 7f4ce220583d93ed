import type { KubeObject } from '../../../api/object.ts';
import type { ChartValue, ChartValues } from '../helm/chart.ts';

/** Holds a copy of the object as somebody has applied it, a Secret's data with it. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * An object of the cluster as Helm hands it to templates, whole numbers being int64. Who manages which field is left out: it is large, and
 * changes with every write. So is the copy that kubectl keeps of what it has applied.
 */
export function liveValues({ metadata: { managedFields: _fields, annotations, ...metadata }, ...rest }: KubeObject): ChartValues {
  const { [lastApplied]: _applied, ...others } = annotations ?? {};
  return toValues({ ...rest, metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations: others }) } });
}

function toValues(object: object): ChartValues {
  return Object.fromEntries(Object.entries(object).flatMap(([key, value]: [string, unknown]) => (value === undefined ? [] : [[key, toValue(value)] as const])));
}

function toValue(value: unknown): ChartValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toValue);
  if (typeof value === 'object' && value !== null) return toValues(value);
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}
