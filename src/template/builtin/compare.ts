import { sprintf } from '../format/printf.ts';
import { FunctionError } from '../template-error.ts';
import { typeOf } from '../value/go-type.ts';
import type { Meter, Value } from '../value/value.ts';
import { GoMap, Int, Slice, Struct } from '../value/value.ts';

type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'string';

/** What a value is compared as; undefined for what has no order. */
function basicKind(value: Value): BasicKind | undefined {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      if (!(value instanceof Int)) return undefined;
      return value.type.kind.startsWith('u') ? 'uint' : 'int';
  }
}

/** Whether the first equals any of the others. */
export function isEqual(first: Value, others: readonly Value[], meter: Meter): boolean {
  if (others.length === 0) throw new FunctionError('missing argument for comparison');
  // those after one that is equal may be of any type
  return others.some((other) => areEqual(first, other, meter));
}

function areEqual(one: Value, other: Value, meter: Meter): boolean {
  const [kind, otherKind] = [basicKind(one), basicKind(other)];
  if (one instanceof Int && other instanceof Int) return one.value === other.value;
  if (kind !== otherKind) return one === undefined || other === undefined ? false : refuseTypes(one, other);
  return kind === undefined ? areReferencesEqual(one, other, meter) : one === other;
}

/** Of what is not a plain value: nils are equal, pointers to the same, and structs with the same fields. */
function areReferencesEqual(one: Value, other: Value, meter: Meter): boolean {
  const [type, otherType] = [typeOf(one), typeOf(other)];
  if (type !== undefined && otherType !== undefined && type.kind !== otherType.kind) {
    const detail = sprintf('non-comparable types %s: %v, %s: %v', [one, type.name, otherType.name, other], meter);
    throw new FunctionError(`non-comparable types ${type.name} and ${otherType.name}`, detail);
  }
  if (isNil(one) || isNil(other)) return isNil(one) && isNil(other);
  if (!(other instanceof Struct)) {
    throw new FunctionError(`non-comparable type ${otherType?.name}`, sprintf('non-comparable type %s: %v', [other, otherType?.name], meter));
  }
  if (one === other) return true;
  if (!(one instanceof Struct) || type !== otherType || type?.kind !== 'struct') return false;
  return areFieldsEqual(one.fields, other.fields) && areFieldsEqual(one.hidden, other.hidden);
}

function isNil(value: Value): boolean {
  return value === undefined || ((value instanceof Slice || value instanceof GoMap) && value.isNil);
}

function areFieldsEqual(one: ReadonlyMap<string, Value>, other: ReadonlyMap<string, Value>): boolean {
  return [...one].every(([name, value]) => {
    const counterpart = other.get(name);
    return value instanceof Int ? counterpart instanceof Int && value.value === counterpart.value : value === counterpart;
  });
}

export function isLess(one: Value, other: Value): boolean {
  const [kind, otherKind] = [basicKind(one), basicKind(other)];
  if (kind === undefined || otherKind === undefined) throw new FunctionError('invalid type for comparison');
  if (one instanceof Int && other instanceof Int) return one.value < other.value;
  if (kind !== otherKind) return refuseTypes(one, other);
  if (typeof one === 'string' && typeof other === 'string') return one < other;
  if (typeof one === 'number' && typeof other === 'number') return one < other;
  throw new FunctionError('invalid type for comparison');
}

/** Less or equal; of NaN neither holds. */
export function isAtMost(one: Value, other: Value, meter: Meter): boolean {
  return isLess(one, other) || areEqual(one, other, meter);
}

function refuseTypes(one: Value, other: Value): never {
  throw new FunctionError(`incompatible types for comparison: ${typeOf(one)?.name} and ${typeOf(other)?.name}`);
}
