import type { FunctionMap } from '../value/go-function.ts';
import { any, bool, constantFunction, meteredFunction, text } from '../value/go-function.ts';
import { typeName, typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { deepEqual } from './deep-equal.ts';

/** Functions that tell the types of values, and whether two are the same. */
export const reflection: FunctionMap = new Map([
  ['typeOf', constantFunction([any], text, typeName)],
  ['typeIs', constantFunction([text, any], bool, (target, value) => target === typeName(value))],
  ['typeIsLike', constantFunction([text, any], bool, isLike)],
  ['kindOf', constantFunction([any], text, kindOf)],
  ['kindIs', constantFunction([text, any], bool, (target, value) => target === kindOf(value))],
  ['deepEqual', meteredFunction([any, any], bool, ({ meter }, one, other) => deepEqual(one, other, meter))],
]);

/** Whether it is the type, or a pointer to it. */
function isLike(target: string, value: Value): boolean {
  const name = typeName(value);
  return target === name || `*${target}` === name;
}

function kindOf(value: Value): string {
  return typeOf(value)?.kind ?? 'invalid';
}
