import { toRunes } from '../value/byte-string.ts';
import { isDigit, isLetter } from '../value/rune-class.ts';

/** A key, with what its comparison needs: making it once keeps sorting fast. */
interface SortKey {
  readonly runes: readonly number[];
  /** `letter`, `digit` or neither, for each rune. */
  readonly classes: readonly ('letter' | 'digit' | undefined)[];
}

export function sortKey(key: string): SortKey {
  const runes = toRunes(key);
  return { runes, classes: runes.map(classOf) };
}

function classOf(rune: number): 'letter' | 'digit' | undefined {
  if (isLetter(rune)) return 'letter';
  return isDigit(rune) ? 'digit' : undefined;
}

/** go-yaml's order of string keys: letters after all else, runs of digits by their numbers. */
export function compareKeys(left: SortKey, right: SortKey): number {
  const length = Math.min(left.runes.length, right.runes.length);
  for (let index = 0; index < length; index += 1) {
    if (left.runes[index] !== right.runes[index]) return compareFrom(left, right, index);
  }
  return left.runes.length - right.runes.length;
}

/** @param index where they differ first */
function compareFrom(left: SortKey, right: SortKey, index: number): number {
  const [a = 0, b = 0] = [left.runes[index], right.runes[index]];
  const leftIsLetter = left.classes[index] === 'letter';
  const rightIsLetter = right.classes[index] === 'letter';
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
function followsNumber({ runes, classes }: SortKey, index: number): boolean {
  for (let at = index - 1; at >= 0 && classes[at] === 'digit'; at -= 1) if (runes[at] !== 0x30) return true;
  return false;
}

/** The number that begins at an index, in 64 bits as Go has it. */
function readNumber({ runes, classes }: SortKey, index: number, start: bigint): { readonly value: bigint; readonly end: number } {
  let value = start;
  let end = index;
  for (; classes[end] === 'digit'; end += 1) value = BigInt.asIntN(64, value * 10n + BigInt((runes[end] ?? 0) - 0x30));
  return { value, end };
}
