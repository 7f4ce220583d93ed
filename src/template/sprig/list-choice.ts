import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { any, bool, goFunction, meteredFunction, rest } from '../value/go-function.ts';
import { list } from '../value/go-type.ts';
import type { CallContext, Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';
import { toInt } from './convert-number.ts';
import { isEmpty } from './empty.ts';
import { listArgument } from './list-argument.ts';
import { both } from './lists.ts';
import { ValueSet } from './value-set.ts';

/** Functions that look for items of lists, or choose among them. */
export const listChoices: FunctionMap = new Map([
  ...both('uniq', meteredFunction([any], any, uniq)),
  ...both('without', meteredFunction([any, rest(any)], any, without)),
  ...both('has', meteredFunction([any, any], bool, has)),
  ...both('compact', goFunction([any], any, (value) => list(listArgument(value, 'Cannot compact on type').items.filter((item) => !isEmpty(item))))),
  ...both('slice', goFunction([any, rest(any)], any, sliceOfList)),
]);

function uniq({ meter }: CallContext, value: Value): Value {
  const seen = new ValueSet(meter);
  const kept = listArgument(value, 'Cannot find uniq on type').items.filter((item) => {
    if (seen.has(item)) return false;
    seen.add(item);
    return true;
  });
  return list(kept);
}

function without({ meter }: CallContext, value: Value, omitted: readonly Value[]): Value {
  const unwanted = new ValueSet(meter, omitted);
  return list(listArgument(value, 'Cannot find without on type').items.filter((item) => !unwanted.has(item)));
}

function has({ meter }: CallContext, needle: Value, haystack: Value): boolean {
  if (haystack === undefined) return false;
  const wanted = new ValueSet(meter, [needle]);
  return listArgument(haystack, 'Cannot find has on type').items.some((item) => wanted.has(item));
}

/** Of an empty list nothing at all, whatever the bounds. Go also lets the end lie beyond the last item, as far as it happened to reserve space. */
function sliceOfList(value: Value, bounds: readonly Value[]): Value {
  const { type, items } = listArgument(value, 'list should be type of slice or array but');
  if (items.length === 0) return undefined;
  const start = bounds.length > 0 ? toInt(bounds[0]) : 0;
  const end = bounds.length > 1 ? toInt(bounds[1]) : items.length;
  if (start < 0 || end < start || end > items.length) throw new FunctionError('reflect.Value.Slice: slice index out of bounds');
  return new Slice(type, items.slice(start, end));
}
