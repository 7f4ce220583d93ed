import type { Codec, FunctionMap } from '../value/go-function.ts';
import { meteredFunction, rest, text } from '../value/go-function.ts';
import { int, intTypes, sliceOf } from '../value/go-type.ts';
import type { Meter } from '../value/value.ts';
import { Int, Slice } from '../value/value.ts';

/** Go's int in full. */
const whole: Codec<bigint> = {
  type: intTypes.int,
  read: (value) => (value instanceof Int ? value.value : 0n),
  write: int,
};
/** `[]int`. */
const wholeList: Pick<Codec<bigint[]>, 'write'> = { write: (items) => new Slice(sliceOf(intTypes.int), items.map(int)) };

/** Numbers one after the other. */
export const sequences: FunctionMap = new Map([
  ['until', meteredFunction([whole], wholeList, ({ meter }, count) => steps(0n, count, count < 0n ? -1n : 1n, meter))],
  ['untilStep', meteredFunction([whole, whole, whole], wholeList, ({ meter }, start, stop, step) => steps(start, stop, step, meter))],
  ['seq', meteredFunction([rest(whole)], text, ({ meter }, params) => sequence(params, meter).join(' '))],
]);

/** From `start` to before `stop`; nothing where the step leads away from it. */
function steps(start: bigint, stop: bigint, step: bigint, meter: Meter): bigint[] {
  const distance = stop < start ? start - stop : stop - start;
  const stride = stop < start ? -step : step;
  if (stride <= 0n) return [];
  const count = Number((distance + stride - 1n) / stride);
  meter.step(count / 10);
  // a number is an object, or up to 20 digits
  meter.allocate(count * 64);
  return Array.from({ length: count }, (_, index) => start + BigInt(index) * step);
}

/** Bash's seq: the end is included, and the direction found. */
function sequence(params: readonly bigint[], meter: Meter): bigint[] {
  const [first, second, third] = params;
  if (first === undefined || params.length > 3) return [];
  const [start, end] = second === undefined ? [1n, first] : [first, third ?? second];
  const direction = end < start ? -1n : 1n;
  const step = second !== undefined && third !== undefined ? second : direction;
  return steps(start, end + direction, step, meter);
}
