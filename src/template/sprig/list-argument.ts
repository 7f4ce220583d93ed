import { FunctionError } from '../template-error.ts';
import { typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { Slice } from '../value/value.ts';

/** What Go says where a nil is asked for its type, or followed. */
const nilDereference = 'runtime error: invalid memory address or nil pointer dereference';

/**
 * An argument that has to be a list.
 * @param refusal what is said before the kind of a value that is none
 * @param end what is said after it
 */
export function listArgument(value: Value, refusal: string, end = ''): Slice {
  if (value instanceof Slice) return value;
  const type = typeOf(value);
  throw new FunctionError(type === undefined ? nilDereference : `${refusal} ${type.kind}${end}`);
}
