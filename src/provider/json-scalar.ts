import { decodeJsonString } from './json-text.ts';

/**
 * The text of a JSON value as gjson's `String()` gives it: strings decoded, null empty, whole numbers, objects and
 * arrays as written, other numbers in plain decimals (`1.50` is `1.5`, `1e3` is `1000`). External Secrets writes these
 * bytes into Secrets and hashes them, so any other text would make every Secret look changed.
 */
export function jsonText(raw: string): string {
  if (raw.startsWith('"')) return decodeJsonString(raw);
  if (raw === 'null') return '';
  return /^-?\d/.test(raw) && !/^-?\d+$/.test(raw) ? formatPlain(Number(raw)) : raw;
}

/** A number without exponent, in the fewest digits that give it back; what Go's FormatFloat(x, 'f', -1, 64) says. */
export function formatPlain(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e');
  const sign = value < 0 ? '-' : '';
  if (exponent === undefined) return sign + mantissa;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}
