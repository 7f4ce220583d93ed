import { FunctionError } from '../template-error.ts';
import type { FunctionMap } from '../value/go-function.ts';
import { goFunction, int, text } from '../value/go-function.ts';

/** Functions that keep a part of a string. All count bytes, and may cut a character in two. */
export const shorten: FunctionMap = new Map([
  ['trunc', goFunction([int, text], text, truncate)],
  ['substr', goFunction([int, int, text], text, substring)],
  ['abbrev', goFunction([int, text], text, (width, value) => (width < 4 ? value : abbreviate(value, 0, width)))],
  ['abbrevboth', goFunction([int, int, text], text, abbreviateBoth)],
]);

/** The first bytes, or the last where the count is negative. */
function truncate(count: number, value: string): string {
  if (count >= 0) return value.slice(0, count);
  return value.length + count > 0 ? value.slice(value.length + count) : value;
}

/** @throws FunctionError where Go's slice expression would panic */
function substring(start: number, end: number, value: string): string {
  const { length } = value;
  if (start < 0) {
    if (end < 0 || end > length) throw outOfRange(end < 0 ? `[:${end}]` : `[:${end}] with length ${length}`);
    return value.slice(0, end);
  }
  if (end < 0 || end > length) {
    if (start > length) throw outOfRange(`[${start}:${length}]`);
    return value.slice(start);
  }
  if (start > end) throw outOfRange(`[${start}:${end}]`);
  return value.slice(start, end);
}

function outOfRange(detail: string): FunctionError {
  return new FunctionError('slice bounds out of range', `runtime error: slice bounds out of range ${detail}`);
}

function abbreviateBoth(left: number, right: number, value: string): string {
  return right < 4 || (left > 0 && right < 7) ? value : abbreviate(value, left, right);
}

/** Cuts a string to a width, with an ellipsis where something is left out: at the end, and before `offset` if that is far enough in. */
function abbreviate(value: string, offset: number, width: number): string {
  const { length } = value;
  if (length <= width) return value;
  const room = width - 3;
  // as far to the right as still fills the width
  const start = Math.min(offset, length, length - room);
  if (start <= 4) return `${value.slice(0, room)}...`;
  if (start + room >= length) return `...${value.slice(length - room)}`;
  return `...${value.slice(start, start + room - 3)}...`;
}
