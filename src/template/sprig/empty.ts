import type { Value } from '../value/value.ts';
import { GoMap, Int, Slice } from '../value/value.ts';

/** Whether sprig counts a value as not set: nil, zero, false, and what has no length. Structs never are. */
export function isEmpty(value: Value): boolean {
  switch (typeof value) {
    case 'undefined':
      return true;
    case 'boolean':
      return !value;
    case 'string':
      return value === '';
    case 'number':
      // NaN is not zero
      return value === 0;
    default:
      if (value instanceof Int) return value.value === 0n;
      if (value instanceof Slice) return value.items.length === 0;
      return value instanceof GoMap && value.entries.size === 0;
  }
}
