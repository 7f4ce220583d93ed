/** What a class in brackets, `[a-z\d]`, costs to compile. */
export interface MeasuredClass {
  /** Index after the closing bracket, or the end of the pattern. */
  readonly end: number;
  /** Ranges that it is made of, and characters of which the other cases are looked up one by one. */
  readonly weight: number;
}

/** About how many ranges a class like `\p{L}` has. */
export const unicodeClassWeight = 700;

/**
 * Walks a class that begins with the bracket at `start`. What is malformed may be measured wrongly: it is not compiled.
 * @param lastName where the last name like `[:alpha:]` ends in the whole pattern, -1 where there is none
 */
export function measureClass(pattern: string, start: number, folds: boolean, lastName: number): MeasuredClass {
  let index = start + (pattern[start + 1] === '^' ? 2 : 1);
  let weight = 0;
  for (let isFirst = true; index < pattern.length && (isFirst || pattern[index] !== ']'); isFirst = false) {
    const named = pattern.startsWith('[:', index) ? (index + 2 <= lastName ? pattern.indexOf(':]', index + 2) : pattern.length) : index;
    // the engine looks for the end of a name in all of the pattern
    weight += (named - index) / 64;
    if (named > index && named < pattern.length) {
      index = named + 2;
      weight += 20;
      continue;
    }
    const low = charAt(pattern, index);
    index = low.end;
    weight += low.isClass ? unicodeClassWeight : 1;
    if (pattern[index] !== '-' || pattern[index + 1] === ']' || low.isClass) continue;
    const high = charAt(pattern, index + 1);
    index = high.end;
    if (folds) weight += Math.max(0, high.code - low.code);
  }
  return { end: index + 1, weight };
}

interface ClassChar {
  readonly code: number;
  readonly end: number;
  /** `\p{L}`, `\d` and the like. */
  readonly isClass: boolean;
}

const escapes = /\\(?:x\{(?<long>[0-9A-Fa-f]+)\}|x(?<short>[0-9A-Fa-f]{2})|(?<octal>[0-7]{1,3})|(?<class>[pPdDsSwW]))/y;
const controls: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

function charAt(pattern: string, index: number): ClassChar {
  const code = pattern.codePointAt(index) ?? 0;
  if (code !== 0x5c) return { code, end: index + (code > 0xffff ? 2 : 1), isClass: false };
  escapes.lastIndex = index;
  const groups = escapes.exec(pattern)?.groups;
  if (groups !== undefined) {
    const hex = groups['long'] ?? groups['short'];
    const value = hex === undefined ? Number.parseInt(groups['octal'] ?? '0', 8) : Number.parseInt(hex, 16);
    return { code: value, end: escapes.lastIndex, isClass: groups['class'] !== undefined };
  }
  const escaped = pattern[index + 1] ?? '';
  return { code: controls.get(escaped) ?? escaped.charCodeAt(0), end: index + 2, isClass: false };
}
