import type { Meter } from './value.ts';

/** Up to this length a needle is searched for by the engine, whose time may grow with the product of both lengths. */
const shortest = 32;
/** Comparisons that the engine may make in the worst case, whatever the needle's length. */
const fewComparisons = 1 << 20;
/** Bytes that are searched before the next charge. */
const chunk = 1 << 14;

/**
 * Where a byte string is in another, as `indexOf` tells it, in time that is linear in both, charged piece by piece: what runs in the
 * JavaScript engine cannot be interrupted.
 * @returns -1 where it is nowhere from `from` on
 */
export function indexOfBytes(haystack: string, needle: string, from: number, meter: Meter): number {
  const last = haystack.length - needle.length;
  if (from > last) return -1;
  const isQuick = needle.length <= shortest || needle.length * (haystack.length - from) <= fewComparisons;
  return isQuick ? findShort(haystack, needle, from, meter) : findLong(haystack, needle, from, meter);
}

/** Searches natively, a window at a time; small windows first, because most of what is searched for is near. */
function findShort(haystack: string, needle: string, from: number, meter: Meter): number {
  const last = haystack.length - needle.length;
  const price = (8 + needle.length) / 2000;
  let size = 256;
  for (let start = from; start <= last; start += size, size = Math.min(2 * size, chunk)) {
    const isLast = last - start < size;
    const found = isLast ? haystack.indexOf(needle, start) : haystack.slice(start, start + size + needle.length - 1).indexOf(needle);
    const offset = isLast || found < 0 ? 0 : start;
    meter.step((found < 0 ? Math.min(size, last - start) : found + offset - start) * price);
    if (found >= 0) return found + offset;
  }
  return -1;
}

/** Knuth, Morris and Pratt's algorithm. */
function findLong(haystack: string, needle: string, from: number, meter: Meter): number {
  meter.allocate(needle.length * 4);
  const borders = bordersOf(needle, meter);
  let matched = 0;
  for (let index = from; index < haystack.length; index += 1) {
    if ((index - from) % chunk === 0) meter.step(Math.min(chunk, haystack.length - index) / 25);
    const code = haystack.charCodeAt(index);
    while (matched > 0 && needle.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (needle.charCodeAt(matched) === code) matched += 1;
    if (matched === needle.length) return index + 1 - matched;
  }
  return -1;
}

/** Of each beginning of the needle the length of the longest end that is a beginning, too. */
function bordersOf(needle: string, meter: Meter): Uint32Array {
  const borders = new Uint32Array(needle.length);
  let matched = 0;
  for (let index = 1; index < needle.length; index += 1) {
    if ((index - 1) % chunk === 0) meter.step(Math.min(chunk, needle.length - index) / 25);
    const code = needle.charCodeAt(index);
    while (matched > 0 && needle.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (needle.charCodeAt(matched) === code) matched += 1;
    borders[index] = matched;
  }
  return borders;
}
