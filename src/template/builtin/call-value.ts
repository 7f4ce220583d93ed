import { FunctionError } from '../template-error.ts';
import { typeOf } from '../value/go-type.ts';
import type { CallContext, GoType, Value } from '../value/value.ts';
import { Func, Int } from '../value/value.ts';
import { canBeNil, nilOf } from '../value/zero-value.ts';

/**
 * Calls a value that is a function.
 * @param name how the template calls it
 */
export function callValue(name: string, value: Value, args: readonly Value[], context: CallContext): Value {
  context.meter.step();
  if (value === undefined) throw new FunctionError('call of nil');
  if (!(value instanceof Func)) throw new FunctionError(`non-function ${name} of type ${typeOf(value)?.name}`);
  const { params, rest } = value.target;
  const count = `wrong number of args for ${name}: got ${args.length} want`;
  if (rest === undefined && args.length !== params.length) throw new FunctionError(`${count} ${params.length}`);
  if (args.length < params.length) throw new FunctionError(`${count} at least ${params.length}`);
  return value.target.call(args.map((arg, index) => argument(arg, params[index] ?? rest, index)), context);
}

function argument(value: Value, type: GoType | undefined, index: number): Value {
  if (type === undefined || type.kind === 'interface' || type.kind === 'reflect' || typeOf(value) === type) return value;
  if (value === undefined) {
    if (!canBeNil(type)) throw new FunctionError(`arg ${index}: value is nil; should be of type ${type.name}`);
    return nilOf(type);
  }
  if (value instanceof Int && /^u?int/.test(type.kind)) return new Int(type, wrapped(value.value, type.kind));
  throw new FunctionError(`arg ${index}: value has type ${typeOf(value)?.name}; should be ${type.name}`);
}

/** Go's conversion between types of integers. */
function wrapped(value: bigint, kind: GoType['kind']): bigint {
  const bits = Number(/\d+$/.exec(kind)?.[0] ?? 64);
  return kind.startsWith('u') ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
}
