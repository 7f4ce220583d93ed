import { quote } from '../format/quote.ts';
import { typeOf } from '../value/go-type.ts';
import type { GoFunction, GoType } from '../value/value.ts';
import { GoMap, Struct } from '../value/value.ts';
import { zeroOf } from '../value/zero-value.ts';
import type { Evaluated } from './evaluated.ts';
import { elementOf } from './evaluated.ts';
import type { Frame } from './frame.ts';

/** What a name stands for in a value: a method, or the value of a field or map entry. */
export type Member = { readonly method: GoFunction } | { readonly value: Evaluated };

/**
 * Looks up a field, method or map entry.
 * @param hasArguments only methods take any
 * @param holder the list or map that the receiver was taken from: to Go, what comes from a map of `interface {}` is of that type
 */
export function memberOf(frame: Frame, receiver: Evaluated, name: string, hasArguments: boolean, holder?: GoType): Member {
  if (receiver === undefined) {
    if (frame.options.missingKey === 'error') frame.fail(`nil data; no entry for key ${quote(name)}`);
    return { value: undefined };
  }
  if (receiver === null) return frame.fail(`nil pointer evaluating interface {}.${name}`);
  const method = typeOf(receiver)?.methods?.get(name)?.(receiver);
  if (method !== undefined) return { method };
  if (receiver instanceof Struct && receiver.fields.has(name)) {
    if (hasArguments) frame.fail(`${name} has arguments but cannot be invoked as function`);
    return { value: receiver.fields.get(name) };
  }
  if (receiver instanceof Struct && receiver.hidden.has(name)) frame.fail(`${name} is an unexported field of struct type ${receiver.type.name}`);
  if (receiver instanceof GoMap) {
    if (hasArguments) frame.fail(`${name} is not a method but has arguments`);
    return { value: entryOf(frame, receiver, name) };
  }
  const seenAs = holder?.elem?.kind === 'interface' ? holder.elem : typeOf(receiver);
  return frame.fail(`can't evaluate field ${name} in type ${seenAs?.name ?? 'nil'}`);
}

function entryOf(frame: Frame, map: GoMap, name: string): Evaluated {
  if (map.entries.has(name)) return elementOf(map, map.entries.get(name));
  switch (frame.options.missingKey) {
    case 'error':
      return frame.fail(`map has no entry for key ${quote(name)}`);
    case 'zero':
      return map.type.elem === undefined ? undefined : elementOf(map, zeroOf(map.type.elem));
    default:
      return undefined;
  }
}
