import { zeroOf } from '../value/zero-value.ts';
import { FunctionError } from '../template-error.ts';
import { typeOf } from '../value/go-type.ts';
import { listBytes, mapBytes } from '../value/size-of.ts';
import type { Meter, Value } from '../value/value.ts';
import { GoMap, Slice, Struct } from '../value/value.ts';
import { checkDepth } from '../value/depth.ts';

/** A value with copies of all lists and maps in it, which can be changed on their own. */
export function deepCopy(value: Value, meter: Meter): Value {
  if (value === undefined) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value');
  return copyOf(value, meter, 0);
}

function copyOf(value: Value, meter: Meter, depth: number): Value {
  meter.step();
  checkDepth(depth);
  if (value instanceof Slice) {
    meter.allocate(value.items.length * 16 + listBytes);
    return new Slice(value.type, value.items.map((item) => copyOf(item, meter, depth + 1)), value.isNil);
  }
  if (value instanceof GoMap) return new GoMap(value.type, copyOfEntries(value.entries, meter, depth), value.isNil);
  return value instanceof Struct ? copyOfStruct(value, meter, depth) : value;
}

function copyOfEntries(entries: ReadonlyMap<string, Value>, meter: Meter, depth: number): Map<string, Value> {
  meter.allocate(entries.size * 16 + mapBytes);
  const copy = new Map<string, Value>();
  for (const [key, value] of entries) copy.set(key, copyOf(value, meter, depth + 1));
  return copy;
}

/** The copy knows nothing of fields that are not exported: they are zero. Only times are copied in full. */
function copyOfStruct(value: Struct, meter: Meter, depth: number): Struct {
  if (value.type.name === 'time.Time') return value;
  const hidden = new Map([...value.hidden].map(([name, field]) => [name, zeroLike(field)]));
  return new Struct(value.type, copyOfEntries(value.fields, meter, depth), hidden);
}

function zeroLike(value: Value): Value {
  const type = typeOf(value);
  return type === undefined ? undefined : zeroOf(type);
}
