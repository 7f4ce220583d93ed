import type { GoType, Value } from '../value/value.ts';
import { Struct } from '../value/value.ts';

/** What an action prints of a value, and `html`, `js` and `urlquery` escape: `<no value>` for nothing, and what a pointer points to. */
export function printableValue(value: Value): Value {
  if (value === undefined) return '<no value>';
  if (!(value instanceof Struct) || value.type.kind !== 'ptr' || value.type.text !== undefined) return value;
  return new Struct(pointedTo(value.type), value.fields, value.hidden);
}

function pointedTo(type: GoType): GoType {
  return type.elem ?? { kind: 'struct', name: type.name.replace(/^\*/, '') };
}
