/** A JSON object whose fields are not known. */
export type JsonMap = Readonly<Record<string, unknown>>;

export function isJsonMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * JSON merge patch (RFC 7386): maps merge, `null` removes, all else replaces. Nothing is changed in place, and what the
 * patch does not touch is shared with the original.
 */
export function mergePatch(original: unknown, patch: unknown): unknown {
  if (!isJsonMap(patch)) return patch;
  const merged = new Map(isJsonMap(original) ? Object.entries(original) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else if (value !== undefined) merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}
