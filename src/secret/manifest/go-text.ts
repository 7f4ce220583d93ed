import { formatFloat } from '../../template/format/float.ts';

/** Above this Go's JSON reader takes a whole number for a float64. */
const largestInteger = 2n ** 63n;

/**
 * What Go prints for a part of an object with `%+v`, where whole numbers are int64 as in Kubernetes' unstructured objects. Maps are
 * sorted by the bytes of their keys.
 */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return value === true ? 'true' : 'false';
  const entries = Object.entries(value).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')));
  return `map[${entries.map(([key, item]) => `${key}:${goText(item)}`).join(' ')}]`;
}

function numberText(value: number): string {
  if (!Number.isInteger(value)) return formatFloat(value, 'g');
  const whole = BigInt(value);
  return whole >= -largestInteger && whole < largestInteger ? whole.toString() : formatFloat(value, 'g');
}
