import type { Value } from './value.ts';
import { GoMap, Slice } from './value.ts';

/** About what a list takes besides its items. */
export const listBytes = 64;
/** About what a map takes besides its entries. */
export const mapBytes = 200;

/** Bytes of the strings and entries of the lists among some values; not of what the lists hold, nor of the lists themselves. */
export function sizeOf(values: readonly Value[]): number {
  let size = 0;
  for (const value of values) {
    if (typeof value === 'string') size += value.length;
    else if (value instanceof Slice) size += value.items.length * 16;
    else if (value instanceof GoMap) size += value.entries.size * 16;
  }
  return size;
}

/** Bytes of a value as if it were new. */
export function sizeOfNew(value: Value): number {
  return sizeOf([value]) + (value instanceof Slice ? listBytes : value instanceof GoMap ? mapBytes : 0);
}
