import { toRunes } from '../value/byte-string.ts';
import { isDigit, isLetter } from '../value/rune-class.ts';

/** A key, as it is compared: making it once keeps sorting fast. What its runes are is asked where two keys differ, which is at few of them. */
type SortKey = readonly number[];

export function sortKey(key: string): SortKey {
  return toRunes(key);
}

function isLetterAt(key: SortKey, index: number): boolean {
  return isLetter(key[index] ?? 0);
}

function isDigitAt(key: SortKey, index: number): boolean {
  const rune = key[index] ?? 0;
  return isDigit(rune) && !isLetter(rune);
}

/** go-yaml's order of string keys: letters after all else, runs of digits by their numbers. */
export function compareKeys(left: SortKey, right: SortKey): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    if (left[index] !== right[index]) return compareFrom(left, right, index);
  }
  return left.length - right.length;
}

/** @param index where they differ first */
function compareFrom(left: SortKey, right: SortKey, index: number): number {
  const [a = 0, b = 0] = [left[index], right[index]];
  const leftIsLetter = isLetterAt(left, index);
  const rightIsLetter = isLetterAt(right, index);
  if (leftIsLetter && rightIsLetter) return a - b;
  if (leftIsLetter || rightIsLetter) return rightIsLetter ? -1 : 1;
  // a zero counts only after another digit: 1 comes before 10
  const start = (a === 0x30 || b === 0x30) && followsNumber(left, index) ? 1n : 0n;
  const leftNumber = readNumber(left, index, start);
  const rightNumber = readNumber(right, index, start);
  if (leftNumber.value !== rightNumber.value) return leftNumber.value < rightNumber.value ? -1 : 1;
  return leftNumber.end === rightNumber.end ? a - b : leftNumber.end - rightNumber.end;
}

/** Whether the digits before an index have one that is not zero. */
function followsNumber(key: SortKey, index: number): boolean {
  for (let at = index - 1; isDigitAt(key, at); at -= 1) if (key[at] !== 0x30) return true;
  return false;
}

/** The number that begins at an index, in 64 bits as Go has it. */
function readNumber(key: SortKey, index: number, start: bigint): { readonly value: bigint; readonly end: number } {
  let value = start;
  let end = index;
  for (; isDigitAt(key, end); end += 1) value = BigInt.asIntN(64, value * 10n + BigInt((key[end] ?? 0) - 0x30));
  return { value, end };
}
