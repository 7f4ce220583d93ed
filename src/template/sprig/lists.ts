import type { Codec, FunctionMap } from '../value/go-function.ts';
import { any, constantFunction, goFunction, int, meteredFunction, rest } from '../value/go-function.ts';
import { anyType, list, sliceOf } from '../value/go-type.ts';
import type { CallContext, GoFunction, Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';
import { chunked } from './chunk.ts';
import { listArgument } from './list-argument.ts';

/** `[]interface {}`; undefined for a nil one. */
const anyList: Pick<Codec<Value[] | undefined>, 'write'> = {
  write: (items) => (items === undefined ? new Slice(sliceOf(anyType), [], true) : list(items)),
};
const makeList = goFunction([rest(any)], anyList, (items) => items);

/** Functions that make lists, and take single items or stretches of them. */
export const lists: FunctionMap = new Map([
  ['list', makeList],
  ['tuple', makeList],
  ...both('first', constantFunction([any], any, (value) => listArgument(value, 'Cannot find first on type').items[0])),
  ...both('last', constantFunction([any], any, (value) => listArgument(value, 'Cannot find last on type').items.at(-1))),
  ...both('rest', goFunction([any], anyList, (value) => partOf(listArgument(value, 'Cannot find rest on type'), 1))),
  ...both('initial', goFunction([any], anyList, (value) => partOf(listArgument(value, 'Cannot find initial on type'), 0, -1))),
  ...both('append', goFunction([any, any], anyList, push)),
  ...both('push', goFunction([any, any], anyList, push)),
  ...both('prepend', goFunction([any, any], anyList, (value, item) => [item, ...listArgument(value, 'Cannot prepend on type').items])),
  ...both('reverse', goFunction([any], anyList, (value) => listArgument(value, 'Cannot find reverse on type').items.toReversed())),
  ...both('chunk', meteredFunction([int, any], any, ({ meter }, size, value) => chunked(listArgument(value, 'Cannot chunk type'), size, meter))),
  ['concat', meteredFunction([rest(any)], anyList, concat)],
]);

/** A function by its name, and by the name under which sprig reports errors rather than panics, which templates cannot tell apart. */
export function both(name: string, target: GoFunction): readonly (readonly [string, GoFunction])[] {
  return [
    [name, target],
    [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, target],
  ];
}

/** An empty list has no parts, not even empty ones. */
function partOf({ items }: Slice, start: number, end?: number): Value[] | undefined {
  return items.length === 0 ? undefined : items.slice(start, end);
}

function push(value: Value, item: Value): Value[] {
  return [...listArgument(value, 'Cannot push on type').items, item];
}

function concat({ meter }: CallContext, values: readonly Value[]): Value[] | undefined {
  const found: Value[] = [];
  for (const value of values) {
    const { items } = listArgument(value, 'Cannot concat type', ' as list');
    meter.allocate(items.length * 16);
    for (const item of items) found.push(item);
  }
  return found.length === 0 ? undefined : found;
}
