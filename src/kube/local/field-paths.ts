import { isJsonMap, type JsonMap } from './json-map.ts';

/**
 * A set of fields of an object, each by its RFC 6901 pointer (`/data/tls.key`). Lists are atomic: a list is one field,
 * whatever is in it, because which lists merge is said by schemas that only a real API server has.
 */
export type FieldSet = ReadonlySet<string>;

export function pointer(...steps: readonly string[]): string {
  return steps.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function stepsOf(path: string): readonly string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Every field below `value` that has no fields of its own: scalars, lists and empty maps. */
export function fieldsOf(value: JsonMap, parent = ''): Set<string> {
  const fields = new Set<string>();
  for (const [name, item] of Object.entries(value)) {
    const path = parent + pointer(name);
    if (isJsonMap(item) && Object.keys(item).length > 0) for (const inner of fieldsOf(item, path)) fields.add(inner);
    else fields.add(path);
  }
  return fields;
}

/** The maps that a field stands in, innermost first, without the object itself. */
function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) parents.push(path.slice(0, end));
  return parents;
}

/** Answers whether a path is in the set, holds something of it, or stands inside something of it. */
export function overlapWith(fields: FieldSet): (path: string) => boolean {
  const parents = new Set([...fields].flatMap(parentsOf));
  return (path) => fields.has(path) || parents.has(path) || parentsOf(path).some((parent) => fields.has(parent));
}

export function readField(object: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>((value, step) => (isJsonMap(value) && Object.hasOwn(value, step) ? value[step] : undefined), object);
}

/** A copy of the object in which the field has that value; maps on the way are made. */
export function withField(object: unknown, path: string, value: unknown): unknown {
  return put(object, stepsOf(path), value);
}

/** A copy of the object without the field. Maps that it leaves empty go too, but for those in `keep`. */
export function withoutField(object: unknown, path: string, keep: (path: string) => boolean): unknown {
  const rest = put(object, stepsOf(path), undefined);
  const [parent] = parentsOf(path);
  const emptied = parent === undefined ? undefined : readField(rest, parent);
  const gone = parent !== undefined && isJsonMap(emptied) && Object.keys(emptied).length === 0 && !keep(parent);
  return gone ? withoutField(rest, parent, keep) : rest;
}

function put(object: unknown, steps: readonly string[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const fields = new Map(isJsonMap(object) ? Object.entries(object) : []);
  const next = put(fields.get(step), rest, value);
  if (next === undefined) fields.delete(step);
  else fields.set(step, next);
  return Object.fromEntries(fields);
}
