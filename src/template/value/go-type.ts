import type { GoType, IntKind, Value } from './value.ts';
import { Int, Slice, GoMap } from './value.ts';

const basic = <K extends GoType['kind']>(kind: K, name: string = kind): GoType & { readonly kind: K } => ({ kind, name });

export const boolType = basic('bool');
export const stringType = basic('string');
export const float64Type = basic('float64');
export const anyType = basic('interface', 'interface {}');
/** Parameters that take any value, or none at all, without conversion. */
export const reflectType = basic('reflect', 'reflect.Value');
export const intTypes = {
  int: basic('int'),
  int8: basic('int8'),
  int16: basic('int16'),
  int32: basic('int32'),
  int64: basic('int64'),
  uint: basic('uint'),
  uint8: basic('uint8'),
  uint16: basic('uint16'),
  uint32: basic('uint32'),
  uint64: basic('uint64'),
} as const satisfies Readonly<Record<IntKind, GoType>>;

const slices = new Map<GoType, GoType>();
const maps = new Map<GoType, GoType>();

/** `[]elem`. */
export function sliceOf(elem: GoType): GoType {
  return interned(slices, elem, () => ({ kind: 'slice', name: `[]${elem.name}`, elem }));
}

/** `map[string]elem`. */
export function mapOf(elem: GoType): GoType {
  return interned(maps, elem, () => ({ kind: 'map', name: `map[string]${elem.name}`, elem }));
}

function interned(known: Map<GoType, GoType>, elem: GoType, make: () => GoType): GoType {
  const found = known.get(elem);
  if (found !== undefined) return found;
  const type = make();
  known.set(elem, type);
  return type;
}

/** The dynamic type of a value; undefined for nil. */
export function typeOf(value: Value): GoType | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'boolean':
      return boolType;
    case 'string':
      return stringType;
    case 'number':
      return float64Type;
    default:
      return value.type;
  }
}

/** The name of a value's type, as `%T` prints it. */
export function typeName(value: Value): string {
  return typeOf(value)?.name ?? '<nil>';
}

/** Go's int. */
export function int(value: number | bigint): Int {
  return new Int(intTypes.int, BigInt(value));
}

/** Go's int64, wrapped around as Go's arithmetic does. */
export function int64(value: bigint): Int {
  return new Int(intTypes.int64, BigInt.asIntN(64, value));
}

/** `[]interface {}`. */
export function list(items: Value[]): Slice {
  return new Slice(sliceOf(anyType), items);
}

/** `[]string`. */
export function strings(items: string[]): Slice {
  return new Slice(sliceOf(stringType), items);
}

/** `map[string]interface {}`. */
export function dict(entries: Iterable<readonly [string, Value]> = []): GoMap {
  return new GoMap(mapOf(anyType), new Map(entries));
}

/** `map[string]string`. */
export function stringMap(entries: Iterable<readonly [string, string]>): GoMap {
  return new GoMap(mapOf(stringType), new Map(entries));
}
