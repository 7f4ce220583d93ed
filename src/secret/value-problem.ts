import type { ProviderErrorKind } from '../provider/provider-error.ts';

/**
 * Why a value is missing. `unusable`: the provider answered, but not with what the ExternalSecret needs. `template` and `limit`: a
 * template that renames keys does not render, or takes more than it may; so may what properties are taken of.
 */
export type ProblemKind = 'absent' | 'unusable' | 'template' | 'limit' | ProviderErrorKind;

/** One thing that keeps a Secret from being assembled. It names keys, never values. */
export interface ValueProblem {
  readonly kind: ProblemKind;
  /** e.g. `spec.data[0]`. */
  readonly path: string;
  readonly message: string;
  /** Milliseconds the provider asked us to wait. */
  readonly retryAfter?: number;
  /** A template cannot be parsed, so that no other value would do. */
  readonly isMalformed?: true;
}

/** A value, or what keeps it away. */
export type Selected<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Omit<ValueProblem, 'path'> };

/** A result that says what is wrong with what the provider answered. */
export function unusable(message: string): { readonly ok: false; readonly problem: Omit<ValueProblem, 'path'> } {
  return { ok: false, problem: { kind: 'unusable', message } };
}
