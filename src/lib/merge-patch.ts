import { isDeepStrictEqual } from 'node:util';

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The JSON merge patch (RFC 7386) that turns `before` into `after`, or undefined where they are the same.
 * Lists are replaced as a whole. Fields of `after` that are undefined count as absent.
 */
export function mergePatch(before: Fields, after: Fields): Fields | undefined {
  const patch: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, wanted] = [before[name], after[name]];
    if (isDeepStrictEqual(old, wanted)) continue;
    const change = wanted === undefined ? null : isFields(old) && isFields(wanted) ? mergePatch(old, wanted) : wanted;
    // objects of another prototype that hold the same are no difference
    if (change !== undefined) patch[name] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}
