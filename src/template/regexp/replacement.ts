import { runeAt } from '../value/byte-string.ts';
import { isDigit, isLetter } from '../value/rune-class.ts';

/** Texts, and numbers of groups, of which the first that takes part in a match is meant. */
export type Replacement = readonly (string | readonly number[])[];

/**
 * Reads what stands for a match as Go's Regexp.Expand does: `$1` and `$name` take all letters, digits and underscores that follow,
 * `${1}` only what is in the braces, `$$` is a dollar sign, and a dollar sign before anything else is itself.
 * @param groups numbers of the groups by their names
 */
export function readReplacement(template: string, groups: ReadonlyMap<string, readonly number[]>): Replacement {
  const parts: (string | readonly number[])[] = [];
  let rest = template;
  for (let dollar = rest.indexOf('$'); dollar >= 0; dollar = rest.indexOf('$')) {
    const name = nameAt(rest, dollar + 1);
    const isSign = name === undefined;
    parts.push(rest.slice(0, isSign ? dollar + 1 : dollar));
    if (!isSign) parts.push(groupsOf(name.text, groups));
    rest = rest.slice(isSign ? dollar + (rest[dollar + 1] === '$' ? 2 : 1) : name.end);
  }
  return [...parts, rest];
}

function nameAt(template: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const isBraced = template[start] === '{';
  const first = isBraced ? start + 1 : start;
  let end = first;
  while (end < template.length) {
    const { rune, size } = runeAt(template, end);
    if (!isLetter(rune) && !isDigit(rune) && rune !== 0x5f) break;
    end += size;
  }
  if (end === first || (isBraced && template[end] !== '}')) return undefined;
  return { text: template.slice(first, end), end: isBraced ? end + 1 : end };
}

/** A number of up to nine digits without a leading zero is one; everything else is a name. */
function groupsOf(name: string, groups: ReadonlyMap<string, readonly number[]>): readonly number[] {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(name) ? [Number(name)] : (groups.get(name) ?? []);
}
