import { FunctionError } from '../template-error.ts';
import { dict, typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { GoMap } from '../value/value.ts';

const dictType = dict().type;

/** Follows keys through maps. The last argument is the map to begin with, the one before it the answer where a key is missing. */
export function dig(args: readonly Value[]): Value {
  if (args.length < 3) throw new FunctionError('dig needs at least three arguments');
  let map = asDict(args.at(-1));
  const keys = args.slice(0, -2).map(asKey);
  for (const [index, key] of keys.entries()) {
    if (!map.entries.has(key)) return args.at(-2);
    if (index === keys.length - 1) break;
    map = asDict(map.entries.get(key));
  }
  return map.entries.get(keys.at(-1) ?? '');
}

function asDict(value: Value): GoMap {
  return value instanceof GoMap && value.type === dictType ? value : refuse(value, dictType.name);
}

function asKey(value: Value): string {
  return typeof value === 'string' ? value : refuse(value, 'string');
}

function refuse(value: Value, wanted: string): never {
  throw new FunctionError(`interface conversion: interface {} is ${typeOf(value)?.name ?? 'nil'}, not ${wanted}`);
}
