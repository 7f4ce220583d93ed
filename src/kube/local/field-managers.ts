import { isDeepStrictEqual } from 'node:util';
import { type FieldSet, fieldsOf, overlapWith, pointer, readField, stepsOf } from './field-paths.ts';
import { isJsonMap, type JsonMap } from './json-map.ts';

/** Who wrote which fields, and how: one entry of metadata.managedFields. */
export interface Management {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  /** RFC 3339. */
  readonly time: string;
  readonly subresource?: 'status';
  readonly fields: FieldSet;
}

/** The signature of a write. */
export type Writer = Omit<Management, 'fields'>;

/** What the API server fills in, or what names the object: nobody's fields. */
const unowned = new Set([
  '/apiVersion',
  '/kind',
  '/metadata',
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'managedFields', 'selfLink'].map((name) => `/metadata/${name}`),
]);

/** The fields of an object that can have an owner. */
export function ownableFields(object: JsonMap): Set<string> {
  const metadata = isJsonMap(object['metadata']) ? object['metadata'] : {};
  const { managedFields: _, ...rest } = metadata;
  const fields = fieldsOf({ ...object, metadata: rest });
  for (const path of unowned) fields.delete(path);
  return fields;
}

/** Reads metadata.managedFields. Entries of a form that is not ours are dropped: they own nothing. */
export function readManagers(managedFields: unknown): readonly Management[] {
  if (!Array.isArray(managedFields)) return [];
  return managedFields.flatMap((entry: unknown): readonly Management[] => {
    if (!isJsonMap(entry)) return [];
    const { manager, operation, apiVersion, time, subresource, fieldsV1 } = entry;
    if (typeof manager !== 'string' || (operation !== 'Apply' && operation !== 'Update') || typeof apiVersion !== 'string' || typeof time !== 'string') return [];
    return [{ manager, operation, apiVersion, time, ...(subresource === 'status' ? { subresource } : {}), fields: readTree(fieldsV1) }];
  });
}

/** The inverse of `readManagers`; managers who own nothing are left out. */
export function printManagers(managers: readonly Management[]): readonly JsonMap[] {
  return managers
    .filter(({ fields }) => fields.size > 0)
    .map(({ fields, subresource, ...entry }) => ({ ...entry, fieldsType: 'FieldsV1', fieldsV1: printTree(fields), ...(subresource === undefined ? {} : { subresource }) }));
}

export function isSameWriter(a: Writer, b: Writer): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource;
}

/**
 * Who owns what after a plain write (create, update, status patch): the writer has what it changed, and nobody has what it
 * removed or changed of others'.
 */
export function managersAfterUpdate(managers: readonly Management[], before: JsonMap | undefined, after: JsonMap, writer: Writer): readonly Management[] {
  const fields = ownableFields(after);
  const changed = new Set([...fields].filter((path) => before === undefined || !isDeepStrictEqual(readField(before, path), readField(after, path))));
  const taken = overlapWith(changed);
  const kept = managers.map((entry) => {
    const mine = isSameWriter(entry, writer);
    const left = new Set([...entry.fields].filter((path) => readField(after, path) !== undefined && (mine || !taken(path))));
    return { ...entry, fields: left };
  });
  if (changed.size === 0) return kept;
  const own = kept.find((entry) => isSameWriter(entry, writer));
  const all = { ...writer, fields: new Set([...(own?.fields ?? []), ...changed].filter((path) => fields.has(path))) };
  return [...kept.filter((entry) => entry !== own), all];
}

/** FieldsV1: nested maps with a key `f:NAME` for every field. */
function printTree(fields: FieldSet): JsonMap {
  const root: Record<string, unknown> = {};
  for (const path of fields) {
    let node = root;
    for (const step of stepsOf(path)) {
      const child = (node[`f:${step}`] ??= {}) as Record<string, unknown>;
      node = child;
    }
  }
  return root;
}

function readTree(tree: unknown, parent = ''): FieldSet {
  const fields = new Set<string>();
  if (!isJsonMap(tree)) return fields;
  for (const [key, inner] of Object.entries(tree)) {
    // `.` (the map itself) and `k:`, `v:` (list items) are written by real API servers only
    if (!key.startsWith('f:')) continue;
    const path = parent + pointer(key.slice(2));
    const below = readTree(inner, path);
    if (below.size === 0) fields.add(path);
    for (const field of below) fields.add(field);
  }
  return fields;
}
