import type { RetryPolicy } from '../../api/application-spec.ts';

/** When a failed operation is tried again. */
export interface NextAttempt {
  /** Milliseconds after the failure. */
  readonly after: number;
  /** False once the limit is spent: the operation counts as failed, and is still tried again, slowly. */
  readonly withinLimit: boolean;
}

/** After the limit. Argo CD never tries the same revision again, and stays stuck when the cause is long gone. */
const slowRetry = 600_000;

/** No wait is longer, whatever the policy multiplies up to. */
const longestWait = 86_400_000;

/**
 * Argo CD's documented sequence: `duration * factor^n` from n = 0, never longer than `maxDuration` (0: no bound).
 * Its code starts at n = 1 (types.go, NextRetryAt); the documentation is what people count on.
 * @param failures failed attempts of this operation so far; at least 1
 */
export function nextAttempt(policy: RetryPolicy, failures: number): NextAttempt {
  const withinLimit = policy.limit < 0 || failures <= policy.limit;
  if (!withinLimit) return { after: Math.max(slowRetry, Math.min(policy.maxDuration, longestWait)), withinLimit };
  const bound = policy.maxDuration > 0 ? Math.min(policy.maxDuration, longestWait) : longestWait;
  // no wait stays none, even where the factor has grown beyond all numbers
  const wait = policy.duration === 0 ? 0 : policy.duration * policy.factor ** (failures - 1);
  return { after: Math.min(bound, wait), withinLimit };
}
