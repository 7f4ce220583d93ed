import { parseUnsigned } from '../format/parse-number.ts';
import type { Version } from './version.ts';

/** Below zero where the first is older, above where it is newer. Metadata does not matter. */
export function compareVersions(one: Version, other: Version): number {
  const order = compare(one.major, other.major) || compare(one.minor, other.minor) || compare(one.patch, other.patch);
  if (order !== 0 || one.prerelease === other.prerelease) return order;
  // a release is newer than all that came before it
  if (one.prerelease === '') return 1;
  return other.prerelease === '' ? -1 : comparePrereleases(one.prerelease, other.prerelease);
}

export function comparePrereleases(one: string, other: string): number {
  const [ones, others] = [one.split('.'), other.split('.')];
  for (let index = 0; index < Math.max(ones.length, others.length); index += 1) {
    const order = compareParts(ones[index] ?? '', others[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** What is missing comes first, then numbers, then words. */
function compareParts(one: string, other: string): number {
  if (one === '' || other === '') return compare(one, other);
  const [oneNumber, otherNumber] = [numberIn(one), numberIn(other)];
  if (oneNumber === undefined && otherNumber === undefined) return compare(one, other);
  if (oneNumber === undefined) return 1;
  return otherNumber === undefined ? -1 : compare(oneNumber, otherNumber);
}

/** Numbers beyond 64 bits count as words. */
function numberIn(part: string): bigint | undefined {
  const { value, problem } = parseUnsigned(part, 10);
  return problem === undefined ? value : undefined;
}

function compare<T extends bigint | string>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
