import { describeNode } from '../parse/describe-node.ts';
import type { NumberNode, OperandNode } from '../parse/node.ts';
import { anyType, int, typeOf } from '../value/go-type.ts';
import type { GoType, Value } from '../value/value.ts';
import { GoMap, Int, Slice } from '../value/value.ts';
import { canBeNil, nilOf } from '../value/zero-value.ts';
import type { Evaluated } from './evaluated.ts';
import { plain } from './evaluated.ts';
import type { Frame } from './frame.ts';

/** Checks that a value may be passed for a parameter, and answers it as it is passed. */
export function checkAssignable(frame: Frame, value: Evaluated, type: GoType): Value {
  if (value === undefined) return canBeNil(type) ? nilOf(type) : frame.fail(`invalid value; expected ${type.name}`);
  if (type.kind === 'interface' || type.kind === 'reflect') return plain(value);
  const actual = value === null ? anyType : typeOf(value);
  if (value !== null && actual?.underlying === type) return unnamed(value, type);
  return value !== null && actual === type ? value : frame.fail(`wrong type for value; expected ${type.name}; got ${actual?.name ?? 'nil'}`);
}

/** A value of a named type as one of the type without a name; what it holds is the same. */
function unnamed(value: Value, type: GoType): Value {
  if (value instanceof GoMap) return new GoMap(type, value.entries, value.isNil);
  return value instanceof Slice ? new Slice(type, value.items, value.isNil) : value;
}

/** A literal as it is passed for a parameter: the parameter's type decides what a number is. */
export function constantFor(frame: Frame, node: OperandNode, type: GoType): Value {
  frame.node = node;
  if (node.kind === 'nil') return canBeNil(type) ? nilOf(type) : frame.fail(`cannot assign nil to ${type.name}`);
  switch (type.kind) {
    case 'interface':
    case 'reflect':
      return untypedConstant(frame, node);
    case 'bool':
      return node.kind === 'bool' ? node.value : expected(frame, 'bool', node);
    case 'string':
      return node.kind === 'string' ? node.value : expected(frame, 'string', node);
    case 'float64':
      return node.kind === 'number' && node.float !== undefined ? node.float : expected(frame, 'float', node);
    case 'int':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
      return node.kind === 'number' && node.int !== undefined ? new Int(type, node.int) : expected(frame, 'integer', node);
    case 'uint':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
      return node.kind === 'number' && node.uint !== undefined ? new Int(type, node.uint) : expected(frame, 'unsigned integer', node);
    default:
      return frame.fail(`can't handle ${describeNode(node)} for arg of type ${type.name}`);
  }
}

function expected(frame: Frame, what: string, node: OperandNode): never {
  return frame.fail(`expected ${what}; found ${describeNode(node)}`);
}

/** A literal where nothing says what type it should have. */
export function untypedConstant(frame: Frame, node: OperandNode): Value {
  switch (node.kind) {
    case 'bool':
    case 'string':
      return node.value;
    case 'number':
      return untypedNumber(frame, node);
    default:
      return frame.fail(`can't evaluate command ${JSON.stringify(describeNode(node))}`);
  }
}

function untypedNumber(frame: Frame, { text, int: whole, float }: NumberNode): Value {
  const isHexInteger = /^[+-]?0[xX]/.test(text) && !/[pP]/.test(text);
  if (float !== undefined && !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text)) return float;
  return whole === undefined ? frame.fail(`${text} overflows int`) : int(whole);
}
