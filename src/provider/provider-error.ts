/**
 * Why a provider did not answer. Absence is not among them: it is a value.
 * - `denied`: credentials are refused, or may not read this
 * - `unavailable`: no connection, deadline passed, 5xx, an answer that makes no sense
 * - `throttled`: asked to slow down
 * - `invalid`: the request can never succeed as it stands (bad key name, bad version, bad configuration)
 * - `unsupported`: the provider, or this adapter, cannot do it at all
 */
export type ProviderErrorKind = 'denied' | 'unavailable' | 'throttled' | 'invalid' | 'unsupported';

/** A failed call to a provider. The message goes to conditions and events: it never holds a value. */
export class ProviderError extends Error {
  readonly kind: ProviderErrorKind;
  /** Milliseconds the provider asked us to wait. */
  readonly retryAfter: number | undefined;

  constructor(kind: ProviderErrorKind, message: string, options: { readonly retryAfter?: number; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ProviderError';
    this.kind = kind;
    this.retryAfter = options.retryAfter;
  }
}

/**
 * Turns whatever was thrown into a ProviderError. What is not one already is a fault of an adapter or of a library:
 * its message may hold anything, so only the kind of error is told.
 */
export function asProviderError(error: unknown, what: string): ProviderError {
  if (error instanceof ProviderError) return error;
  return new ProviderError('unavailable', `${what} failed unexpectedly (${error instanceof Error ? error.name : typeof error})`);
}
