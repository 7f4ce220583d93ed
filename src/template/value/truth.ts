import type { Value } from './value.ts';
import { Func, GoMap, Int, Slice } from './value.ts';

/** Go's truth of a value: not the zero of its type, and not empty. Structs are always true. */
export function isTrue(value: Value): boolean {
  switch (typeof value) {
    case 'undefined':
      return false;
    case 'boolean':
      return value;
    case 'string':
      return value !== '';
    case 'number':
      // NaN is not zero
      return value !== 0;
    default:
      if (value instanceof Int) return value.value !== 0n;
      if (value instanceof Slice) return value.items.length > 0;
      if (value instanceof GoMap) return value.entries.size > 0;
      return value instanceof Func || value.type.kind === 'struct' || value.type.kind === 'ptr';
  }
}
