import { toRunes } from '../value/byte-string.ts';
import { toLowerRune, toUpperRune } from '../value/rune-case.ts';

/** Whether two byte strings are the same but for case, as Go's strings.EqualFold has it. */
export function equalFold(one: string, other: string): boolean {
  const [ones, others] = [toRunes(one), toRunes(other)];
  return ones.length === others.length && ones.every((rune, index) => rune === others[index] || fold(rune) === fold(others[index] ?? 0));
}

/** One rune for all that differ in case only: `ſ` is an `s` for that matter. */
function fold(rune: number): number {
  return toLowerRune(toUpperRune(rune));
}
