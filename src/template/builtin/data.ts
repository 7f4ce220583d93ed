import { isTrue } from '../value/truth.ts';
import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { bool, constantFunction, goFunction, int, meteredFunction, reflect, rest } from '../value/go-function.ts';
import type { Value } from '../value/value.ts';
import { GoMap, Slice } from '../value/value.ts';
import { callValue } from './call-value.ts';
import { isAtMost, isEqual, isLess } from './compare.ts';
import { indexItem } from './index-item.ts';
import { sliceItem } from './slice-item.ts';
import { pointedToName } from './type-name.ts';

/** The functions of text/template that look into values and compare them. `slice` is another function where sprig's are there, too. */
export const dataFunctions: FunctionMap = new Map([
  ['index', constantFunction([reflect, rest(reflect)], reflect, indexItem)],
  ['slice', goFunction([reflect, rest(reflect)], reflect, sliceItem)],
  ['len', constantFunction([reflect], int, lengthOf)],
  ['call', { params: [reflect.type], rest: reflect.type, call: ([target, ...args], context) => callValue('value', target, args, context) }],
  ['not', constantFunction([reflect], bool, (value) => !isTrue(value))],
  ['eq', meteredFunction([reflect, rest(reflect)], bool, ({ meter }, one, others) => isEqual(one, others, meter))],
  ['ne', meteredFunction([reflect, reflect], bool, ({ meter }, one, other) => !isEqual(one, [other], meter))],
  ['lt', goFunction([reflect, reflect], bool, isLess)],
  ['le', meteredFunction([reflect, reflect], bool, ({ meter }, one, other) => isAtMost(one, other, meter))],
  ['gt', meteredFunction([reflect, reflect], bool, ({ meter }, one, other) => !isAtMost(one, other, meter))],
  ['ge', goFunction([reflect, reflect], bool, (one, other) => !isLess(one, other))],
]);

function lengthOf(value: Value): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Slice) return value.items.length;
  if (value instanceof GoMap) return value.entries.size;
  throw new FunctionError(value === undefined ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${pointedToName(value)}`);
}
