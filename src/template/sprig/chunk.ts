import { FunctionError } from '../template-error.ts';
import { anyType, list, sliceOf } from '../value/go-type.ts';
import type { Meter } from '../value/value.ts';
import { Slice } from '../value/value.ts';

const chunksType = sliceOf(sliceOf(anyType));

/**
 * A list cut into lists of so many items, of which the last may be shorter. How Go computes their number lets some negative sizes pass: with
 * several items they make no lists at all, with a single one a list of that.
 */
export function chunked({ items }: Slice, size: number, meter: Meter): Slice {
  const count = Math.floor((items.length - 1) / size) + 1;
  const isFine = count === 0 || (count > 0 && size > 0) || (items.length === 1 && size < -1);
  if (!isFine) throw new FunctionError('runtime error: makeslice: len out of range');
  meter.allocate((items.length + count * 4) * 16);
  const length = Math.abs(size);
  return new Slice(chunksType, Array.from({ length: count }, (_, index) => list(items.slice(index * length, (index + 1) * length))));
}
