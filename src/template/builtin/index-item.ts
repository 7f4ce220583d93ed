import { zeroOf } from '../value/zero-value.ts';
import { FunctionError } from '../template-error.ts';
import { intTypes, typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { GoMap, Int, Slice } from '../value/value.ts';
import { indexArgument } from './index-argument.ts';
import { pointedToName } from './type-name.ts';

/** The item at an index of a list, string or map, and so on into what is found. */
export function indexItem(value: Value, indexes: readonly Value[]): Value {
  if (value === undefined) throw new FunctionError('index of untyped nil');
  let item: Value = value;
  for (const index of indexes) item = stepInto(item, index);
  return item;
}

function stepInto(item: Value, index: Value): Value {
  if (item === undefined) throw new FunctionError('index of nil pointer');
  if (item instanceof GoMap) return entryOf(item, index);
  const size = typeof item === 'string' ? item.length : item instanceof Slice ? item.items.length : undefined;
  if (size === undefined) throw new FunctionError(`can't index item of type ${pointedToName(item)}`);
  const position = indexArgument(index, size);
  if (position === size) throw new FunctionError(`reflect: ${typeof item === 'string' ? 'string' : 'slice'} index out of range`);
  if (typeof item === 'string') return new Int(intTypes.uint8, BigInt(item.charCodeAt(position)));
  return item instanceof Slice ? item.items[position] : undefined;
}

/** What is missing is the zero value of the map's type. */
function entryOf({ entries, type }: GoMap, key: Value): Value {
  if (key === undefined) throw new FunctionError('value is nil; should be of type string');
  if (typeof key !== 'string') throw new FunctionError(`value has type ${typeOf(key)?.name}; should be string`);
  if (entries.has(key)) return entries.get(key);
  return type.elem === undefined ? undefined : zeroOf(type.elem);
}
