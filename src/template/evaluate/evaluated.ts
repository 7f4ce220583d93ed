import type { GoMap, Slice, Value } from '../value/value.ts';

/**
 * What an expression comes to. `null` is a nil that a list or map of `interface {}` holds, as long as it has not been through a pipeline:
 * Go refuses to look for a field in it, whereas in the absence of a value (`undefined`) it finds nothing and says nothing.
 */
export type Evaluated = Value | null;

/** What a pipeline makes of it: a nil is no value. */
export function plain(value: Evaluated): Value {
  return value === null ? undefined : value;
}

/** An element as its list or map hands it out. */
export function elementOf(holder: Slice | GoMap, element: Value): Evaluated {
  return element === undefined && holder.type.elem?.kind === 'interface' ? null : element;
}
