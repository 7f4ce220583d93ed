import { FunctionError } from '../template-error.ts';
import type { Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';
import { indexArgument } from './index-argument.ts';
import { pointedToName } from './type-name.ts';

/** A stretch of a list or string. A third index, for the capacity, only has to fit. */
export function sliceItem(item: Value, indexes: readonly Value[]): Value {
  if (item === undefined) throw new FunctionError('slice of untyped nil');
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`);
  if (typeof item === 'string') {
    if (indexes.length === 3) throw new FunctionError('cannot 3-index slice a string');
    return item.slice(...bounds(indexes, item.length));
  }
  if (item instanceof Slice) return new Slice(item.type, item.items.slice(...bounds(indexes, item.items.length)), item.isNil);
  throw new FunctionError(`can't slice item of type ${pointedToName(item)}`);
}

function bounds(indexes: readonly Value[], size: number): readonly [number, number] {
  const [start = 0, end = size, capacity = end] = indexes.map((index) => indexArgument(index, size));
  checkOrder(start, end);
  checkOrder(end, capacity);
  return [start, end];
}

function checkOrder(first: number, second: number): void {
  if (first > second) throw new FunctionError('invalid slice index', `invalid slice index: ${first} > ${second}`);
}
