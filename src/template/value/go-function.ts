import { anyType, boolType, float64Type, int as intValue, int64 as int64Value, intTypes, mapOf, reflectType, sliceOf, stringType, typeOf } from './go-type.ts';
import { sizeOf, sizeOfNew } from './size-of.ts';
import type { CallContext, GoFunction, GoType, Value } from './value.ts';
import { GoMap, Int, Slice } from './value.ts';

/** How a parameter of a Go type is read, and a result of it written. */
export interface Codec<T> {
  readonly type: GoType;
  /** The evaluator has checked the type before. */
  readonly read: (value: Value) => T;
  readonly write: (value: T) => Value;
}

function mismatch(type: GoType, value: Value): never {
  throw new TypeError(`the evaluator passed ${typeOf(value)?.name ?? 'nil'} for ${type.name}`);
}

export const text: Codec<string> = {
  type: stringType,
  read: (value) => (typeof value === 'string' ? value : mismatch(stringType, value)),
  write: (value) => value,
};

export const bool: Codec<boolean> = {
  type: boolType,
  read: (value) => (typeof value === 'boolean' ? value : mismatch(boolType, value)),
  write: (value) => value,
};

/** Go's int as a number: beyond 2^53 it is only about right, and far above every limit. */
export const int: Codec<number> = {
  type: intTypes.int,
  read: (value) => (value instanceof Int ? Number(value.value) : mismatch(intTypes.int, value)),
  write: (value) => intValue(value),
};

export const int64: Codec<bigint> = {
  type: intTypes.int64,
  read: (value) => (value instanceof Int ? value.value : mismatch(intTypes.int64, value)),
  write: (value) => int64Value(value),
};

export const float64: Codec<number> = {
  type: float64Type,
  read: (value) => (typeof value === 'number' ? value : mismatch(float64Type, value)),
  write: (value) => value,
};

/** `interface {}`. */
export const any: Codec<Value> = { type: anyType, read: (value) => value, write: (value) => value };

/** A reflect.Value: anything, nothing too. */
export const reflect: Codec<Value> = { type: reflectType, read: (value) => value, write: (value) => value };

/** `[]T`. */
export function listOf<T>(item: Codec<T>): Codec<T[]> {
  const type = sliceOf(item.type);
  return {
    type,
    read: (value) => (value === undefined ? [] : value instanceof Slice ? value.items.map((entry) => item.read(entry)) : mismatch(type, value)),
    write: (values) => new Slice(type, values.map((entry) => item.write(entry))),
  };
}

/** `map[string]T`, the map itself: functions may change it. */
function mapWith(elem: GoType): Codec<GoMap> {
  const type = mapOf(elem);
  return {
    type,
    read: (value) => (value === undefined ? new GoMap(type, new Map(), true) : value instanceof GoMap ? value : mismatch(type, value)),
    write: (value) => value,
  };
}

/** `map[string]interface {}`. */
export const dictionary: Codec<GoMap> = mapWith(anyType);

/** The variadic last parameter, `...T`; read as an array. */
export interface Rest<T> {
  readonly rest: Pick<Codec<T>, 'type' | 'read'>;
}

export function rest<T>(item: Pick<Codec<T>, 'type' | 'read'>): Rest<T> {
  return { rest: item };
}

type Parameter = Pick<Codec<unknown>, 'type' | 'read'> | Rest<unknown>;

/** What the parameters read as. */
type Arguments<P extends readonly Parameter[]> = {
  -readonly [I in keyof P]: P[I] extends Rest<infer T> ? T[] : P[I] extends Pick<Codec<infer T>, 'read'> ? T : never;
};

/**
 * Defines a function by its Go signature. Looking at the arguments is charged to the meter here before the call, and the memory of the
 * result after it. So what there is between the two is not charged in time: a function whose result, or whatever it makes on the way,
 * takes more memory than about its arguments is defined by `meteredFunction`, and charges that itself before it allocates. (To charge the
 * memory of the arguments for every call would refuse templates that only look at large data, many times.)
 */
export function goFunction<const P extends readonly Parameter[], R>(params: P, result: Pick<Codec<R>, 'write'>, call: (...args: Arguments<P>) => R): GoFunction {
  return meteredFunction(params, result, (_, ...args) => call(...args));
}

/**
 * As `goFunction`, for functions whose work does not grow with what they are given: they look at one entry of a list or map, say,
 * and hand it on without a copy. They cost one step.
 */
export function constantFunction<const P extends readonly Parameter[], R>(
  params: P,
  result: Pick<Codec<R>, 'write'>,
  call: (...args: Arguments<P>) => R,
): GoFunction {
  return define(params, result, (_, ...args) => call(...args), free);
}

/** As `goFunction`, for functions that need the meter, the time or randomness. */
export function meteredFunction<const P extends readonly Parameter[], R>(
  params: P,
  result: Pick<Codec<R>, 'write'>,
  call: (context: CallContext, ...args: Arguments<P>) => R,
): GoFunction {
  return define(params, result, call, bySize);
}

/** The bytes that a call is charged for. */
interface Charges {
  readonly looked: (args: readonly Value[]) => number;
  readonly made: (result: Value) => number;
}

const free: Charges = { looked: () => 0, made: () => 0 };
const bySize: Charges = { looked: sizeOf, made: sizeOfNew };

function define<const P extends readonly Parameter[], R>(
  params: P,
  result: Pick<Codec<R>, 'write'>,
  call: (context: CallContext, ...args: Arguments<P>) => R,
  charges: Charges,
): GoFunction {
  const last = params.at(-1);
  const variadic = last !== undefined && 'rest' in last ? last.rest : undefined;
  const fixed = params.flatMap((param) => ('rest' in param ? [] : [param]));
  return {
    params: fixed.map(({ type }) => type),
    ...(variadic === undefined ? {} : { rest: variadic.type }),
    call: (args, context) => {
      context.meter.step(1 + charges.looked(args) / 100);
      const read: unknown[] = [];
      for (const param of fixed) read.push(param.read(args[read.length]));
      if (variadic !== undefined) read.push(args.slice(fixed.length).map((value) => variadic.read(value)));
      // the readers stand in the order of the parameters, which the type system cannot follow through a loop
      const value = result.write(call(context, ...(read as Arguments<P>)));
      context.meter.allocate(charges.made(value));
      return value;
    },
  };
}

/** Functions by the name under which templates call them. */
export type FunctionMap = ReadonlyMap<string, GoFunction>;
