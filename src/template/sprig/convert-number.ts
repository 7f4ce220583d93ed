import { parseFloat64, parseInt64 } from '../format/parse-number.ts';
import type { Value } from '../value/value.ts';
import { Int } from '../value/value.ts';

const lowest = -(2n ** 63n);

/** Any value as an int64, by the rules of spf13/cast; zero where there is none. */
export function toInt64(value: Value): bigint {
  switch (typeof value) {
    case 'boolean':
      return value ? 1n : 0n;
    case 'number':
      return truncated(value);
    case 'string':
      return value === '' ? 0n : (parseInt64(withoutFraction(value)) ?? 0n);
    default:
      return value instanceof Int ? BigInt.asIntN(64, value.value) : 0n;
  }
}

/** Any value as an int, which has 64 bits. */
export function toInt(value: Value): number {
  return Number(toInt64(value));
}

/** Any value as a float64, by the rules of spf13/cast; zero where there is none. */
export function toFloat64(value: Value): number {
  switch (typeof value) {
    case 'boolean':
      return value ? 1 : 0;
    case 'number':
      return value;
    case 'string':
      return value === '' ? 0 : (parseFloat64(value) ?? 0);
    default:
      return value instanceof Int ? Number(value.value) : 0;
  }
}

/** Go's conversion on amd64, where everything out of range becomes the lowest integer. */
function truncated(value: number): bigint {
  return value >= -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : lowest;
}

/** A decimal number's integer part. Anything else is left as it is. */
function withoutFraction(text: string): string {
  const found = text.includes('.') ? /^([-+]?\d*)(?:\.\d*)?$/.exec(text) : null;
  if (found === null) return text;
  const [, whole = ''] = found;
  return whole === '' || whole === '-' || whole === '+' ? `${whole}0` : whole;
}
