import { FunctionError } from '../template-error.ts';
import { typeOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { Int } from '../value/value.ts';

/**
 * An index into a list or string.
 * @param limit the largest that passes here; what is one beyond the last item is found out later, and said otherwise
 */
export function indexArgument(index: Value, limit: number): number {
  if (index === undefined) throw new FunctionError('cannot index slice/array with nil');
  if (!(index instanceof Int)) throw new FunctionError(`cannot index slice/array with type ${typeOf(index)?.name}`);
  const position = BigInt.asIntN(64, index.value);
  if (position < 0n || position > BigInt(limit)) throw new FunctionError('index out of range', `index out of range: ${position}`);
  return Number(position);
}
