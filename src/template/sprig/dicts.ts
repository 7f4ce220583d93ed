import { FunctionError } from '../template-error.ts';
import type { Codec, FunctionMap } from '../value/go-function.ts';
import { any, bool, constantFunction, dictionary, goFunction, meteredFunction, rest, text } from '../value/go-function.ts';
import { dict, list, strings } from '../value/go-type.ts';
import type { CallContext, GoFunction, GoMap, Value } from '../value/value.ts';
import { deepCopy } from './deep-copy.ts';
import { dig } from './dig.ts';
import { both } from './lists.ts';
import { mergeAll } from './merge.ts';
import { strval } from './strval.ts';

const textList: Pick<Codec<string[]>, 'write'> = { write: strings };

/** Functions that make maps, read and change them. */
export const dicts: FunctionMap = new Map([
  ['dict', meteredFunction([rest(any)], dictionary, makeDict)],
  ['get', constantFunction([dictionary, text], any, ({ entries }, key) => (entries.has(key) ? entries.get(key) : ''))],
  ['set', constantFunction([dictionary, text, any], dictionary, set)],
  ['unset', constantFunction([dictionary, text], dictionary, unset)],
  ['hasKey', constantFunction([dictionary, text], bool, ({ entries }, key) => entries.has(key))],
  ['pluck', constantFunction([text, rest(dictionary)], any, pluck)],
  ['keys', meteredFunction([rest(dictionary)], textList, keys)],
  ['values', goFunction([dictionary], any, (map) => list(map.sortedKeys().map((key) => map.entries.get(key))))],
  ['pick', goFunction([dictionary, rest(text)], dictionary, pick)],
  ['omit', goFunction([dictionary, rest(text)], dictionary, omit)],
  ['dig', constantFunction([rest(any)], any, dig)],
  ['merge', merging(false, () => '')],
  ['mergeOverwrite', merging(true, () => '')],
  ['mustMerge', merging(false, refuseMerge)],
  ['mustMergeOverwrite', merging(true, refuseMerge)],
  ...both('deepCopy', meteredFunction([any], any, ({ meter }, value) => deepCopy(value, meter))),
]);

/** Keys and values in turn; a last key on its own gets an empty text. */
function makeDict(context: CallContext, items: readonly Value[]): GoMap {
  const entries = new Map<string, Value>();
  for (let index = 0; index < items.length; index += 2) {
    entries.set(strval(context, items[index]), index + 1 < items.length ? items[index + 1] : '');
  }
  return dict(entries);
}

function set(map: GoMap, key: string, value: Value): GoMap {
  if (map.isNil) throw new FunctionError('assignment to entry in nil map');
  map.entries.set(key, value);
  return map;
}

function unset(map: GoMap, key: string): GoMap {
  map.entries.delete(key);
  return map;
}

function pluck(key: string, maps: readonly GoMap[]): Value {
  return list(maps.flatMap(({ entries }) => (entries.has(key) ? [entries.get(key)] : [])));
}

/** In Go in no order; here in one that is the same every time. */
function keys({ meter }: CallContext, maps: readonly GoMap[]): string[] {
  return maps.flatMap((map) => {
    meter.allocate(map.entries.size * 16);
    return map.sortedKeys();
  });
}

function pick({ entries }: GoMap, wanted: readonly string[]): GoMap {
  return dict(wanted.flatMap((key) => (entries.has(key) ? [[key, entries.get(key)] as const] : [])));
}

function omit({ entries }: GoMap, unwanted: readonly string[]): GoMap {
  const left = new Set(unwanted);
  return dict([...entries].filter(([key]) => !left.has(key)));
}

/** @param refuse what becomes of maps that cannot be merged */
function merging(overwrite: boolean, refuse: () => Value): GoFunction {
  return meteredFunction([dictionary, rest(dictionary)], any, ({ meter }, target, sources) => mergeAll(target, sources, overwrite, meter) ?? refuse());
}

function refuseMerge(): never {
  throw new FunctionError('src and dst must be of same type');
}
