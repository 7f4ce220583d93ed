/**
 * Reads single fields of a live object whose schema is not ours (a Deployment's status, say).
 * A field that is absent or of another type reads as undefined: what a controller has not written yet is not an error.
 */
export function fieldAt(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
    at = Object.hasOwn(at, step) ? (at as Readonly<Record<string, unknown>>)[step] : undefined;
  }
  return at;
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The list at a path; empty where there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** A status condition as a live object carries it. */
export interface LiveCondition {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number | undefined;
}

export interface TypedCondition extends LiveCondition {
  readonly type: string;
}

/** All of `status.conditions`, in their order. */
export function conditionsOf(object: unknown): readonly TypedCondition[] {
  return listAt(object, 'status', 'conditions').map((found) => ({
    type: textAt(found, 'type') ?? '',
    status: textAt(found, 'status') ?? 'Unknown',
    reason: textAt(found, 'reason') ?? '',
    message: textAt(found, 'message') ?? '',
    observedGeneration: numberAt(found, 'observedGeneration'),
  }));
}

/** The first condition of that type in `status.conditions`. */
export function conditionOf(object: unknown, type: string): LiveCondition | undefined {
  return conditionsOf(object).find((condition) => condition.type === type);
}
