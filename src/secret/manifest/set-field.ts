import type { TemplatePath } from '../../api/template-path.ts';

/** A field cannot be set, because what stands on the way to it is neither a map nor a list. */
export class FieldError extends Error {}

/**
 * A copy of a tree in which the field at a path is what `change` makes of it. What is missing on the way is made: maps for names, lists
 * for indexes, filled up with nulls.
 * @throws FieldError
 */
export function changeField(tree: unknown, path: TemplatePath | readonly (string | number)[], change: (value: unknown) => unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return change(tree);
  if (typeof step === 'number') {
    if (tree !== undefined && tree !== null && !Array.isArray(tree)) throw new FieldError(`[${step}] is not in a list`);
    const items: unknown[] = Array.isArray(tree) ? [...tree] : [];
    while (items.length < step) items.push(null);
    items[step] = changeField(items[step], rest, change);
    return items;
  }
  if (tree !== undefined && tree !== null && !isMap(tree)) throw new FieldError(`${step} is not in a map`);
  const map: Readonly<Record<string, unknown>> = isMap(tree) ? tree : {};
  return { ...map, [step]: changeField(map[step], rest, change) };
}

/** Whether a value is a map of JSON. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One tree laid over another: maps are joined at all depths, whatever else is replaced. */
export function overlay(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const joined = Object.entries(over).map(([key, value]) => [key, Object.hasOwn(under, key) ? overlay(under[key], value) : value]);
  return { ...under, ...Object.fromEntries(joined) };
}

/** Whether a tree has all that is wanted: it may have more in its maps, which an API server fills with defaults. */
export function covers(live: unknown, wanted: unknown): boolean {
  if (isMap(wanted)) return isMap(live) && Object.entries(wanted).every(([key, value]) => (value === null && !Object.hasOwn(live, key)) || covers(live[key], value));
  if (Array.isArray(wanted)) return Array.isArray(live) && live.length === wanted.length && wanted.every((value, index) => covers(live[index], value));
  return live === wanted;
}
