/**
 * Why the API server did not do it; a closed set, made where the answer is understood.
 * - `exists`: create of a taken name (409 AlreadyExists)
 * - `conflict`: resourceVersion or uid is not current, or another manager owns a field (409)
 * - `absent`: what was to be changed is not there, or the kind is not served (404)
 * - `denied`: 401 or 403
 * - `invalid`: the object is refused (400, 413, 415, 422)
 * - `expired`: the resourceVersion or continue token is too old: list again (410)
 * - `throttled`: 429
 * - `unavailable`: 5xx, no connection, deadline passed
 * - `unsupported`: this cluster cannot do it at all
 */
export type KubeErrorKind = 'exists' | 'conflict' | 'absent' | 'denied' | 'invalid' | 'expired' | 'throttled' | 'unavailable' | 'unsupported';

/** A failed call to a cluster. The message never holds a Secret's data. */
export class KubeError extends Error {
  readonly kind: KubeErrorKind;
  /** Milliseconds the server asked us to wait. */
  readonly retryAfter: number | undefined;

  constructor(kind: KubeErrorKind, message: string, options: { readonly retryAfter?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'KubeError';
    this.kind = kind;
    this.retryAfter = options.retryAfter;
  }
}

/** True for a KubeError of one of the given kinds. */
export function isKubeError(error: unknown, ...kinds: readonly KubeErrorKind[]): error is KubeError {
  return error instanceof KubeError && (kinds.length === 0 || kinds.includes(error.kind));
}
