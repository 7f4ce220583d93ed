import type { Random } from './random.ts';

/** How long to wait between tries, in milliseconds. */
export interface BackoffPolicy {
  /** The bound on the first wait. */
  readonly base: number;
  /** What the bound is multiplied by from one try to the next; at least 1. */
  readonly factor: number;
  /** The bound that is never passed. */
  readonly cap: number;
}

/**
 * The bound on the wait after `failures` failures in a row, in milliseconds: `base`, `base * factor`, ... up to `cap`.
 * This is the wait itself where somebody else's contract leaves no room for jitter (Argo CD's `retry.backoff`).
 */
export function backoffBound(policy: BackoffPolicy, failures: number): number {
  // a large exponent gives Infinity, which the cap takes care of
  return Math.min(policy.cap, policy.base * policy.factor ** Math.max(0, failures - 1));
}

/**
 * A wait drawn evenly from zero up to the bound ("full jitter"), in milliseconds:
 * clients that failed together do not come back together.
 * @param failures how many tries in a row have failed, this one included; counts from 1
 */
export function backoffDelay(policy: BackoffPolicy, failures: number, random: Random): number {
  return random() * backoffBound(policy, failures);
}
