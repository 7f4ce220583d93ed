import { typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';

/** What an action prints of a value, and `html`, `js` and `urlquery` escape. Go looks behind pointers, too: most of ours print as texts. */
export function printableValue(value: Value): Value {
  return value === undefined ? '<no value>' : (typeOf(value)?.printed?.(value) ?? value);
}
