import type { KubeObject } from '../../api/object.ts';
import { KubeError } from '../kube-error.ts';

/**
 * A deep copy of plain JSON data that nobody can change. Undefined fields are left out, as JSON does.
 * @throws KubeError `invalid` where something could not be kept in a file as it is
 */
export function frozenCopy(object: KubeObject): KubeObject {
  // the copy of a map is a map with the same fields, so it is still what it was
  return copy(object, []) as KubeObject;
}

function copy(value: unknown, path: readonly string[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // JSON has no negative zero
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  if (Array.isArray(value)) return Object.freeze(value.map((item, index) => (item === undefined ? null : copy(item, [...path, String(index)]))));
  if (!isPlainMap(value)) throw new KubeError('invalid', `${path.join('.')}: not JSON data`);
  const fields: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    // no YAML reader of ours would take it back
    if (name === '__proto__') throw new KubeError('invalid', `${path.join('.')}: __proto__ cannot be a field`);
    if (field !== undefined) fields.push([name, copy(field, [...path, name])]);
  }
  return Object.freeze(Object.fromEntries(fields));
}

function isPlainMap(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
