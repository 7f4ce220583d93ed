import { pushSecretReasons } from '../../api/names.ts';
import type { PushSecretSpec } from '../../api/push-secret-spec.ts';
import type { ProviderError } from '../../provider/provider-error.ts';
import type { Outcome } from '../../runtime/outcome.ts';

/**
 * One thing that keeps a PushSecret from being in sync.
 * - `wait`: something else must come first, and is watched
 * - `fix`: a person must change something that is watched
 * - `retry`: it may go better another time
 */
export interface PushProblem {
  readonly kind: 'wait' | 'fix' | 'retry';
  /** Names keys and stores, never values. */
  readonly message: string;
  /** Milliseconds to wait before it is tried again. */
  readonly retryAfter?: number;
  /** What it needs is not there, and comes back only if somebody makes it. */
  readonly isFinal?: true;
}

/** An event wakes whoever waits; should one be missed, this does. */
const safetyNet = 300_000;

/** What a provider refuses for a reason of its own is not tried every second. */
const slowRetry = 60_000;

/** All is pushed. @param refreshIn milliseconds until it is to be pushed again; Infinity: time is no reason to */
export function synced({ updatePolicy }: Pick<PushSecretSpec, 'updatePolicy'>, refreshIn: number): Outcome & { readonly kind: 'synced' } {
  const kept = updatePolicy === 'IfNotExists' ? '. Existing secrets in providers unchanged.' : '';
  const requeue = Number.isFinite(refreshIn) ? { requeueAfter: Math.max(0, refreshIn) } : {};
  return { kind: 'synced', reason: pushSecretReasons.synced, message: `PushSecret synced successfully${kept}`, ...requeue };
}

export function stalled(message: string): Outcome {
  return { kind: 'stalled', reason: pushSecretReasons.failed, message };
}

export function failed(message: string, retryAfter?: number): Outcome {
  return { kind: 'failed', reason: pushSecretReasons.failed, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

export function waiting(message: string, requeueAfter = safetyNet): Outcome {
  return { kind: 'waiting', reason: pushSecretReasons.failed, message, requeueAfter };
}

/** What was pushed is gone, and has gone from the providers as well. */
export const sourceDeleted: Outcome = { kind: 'waiting', reason: pushSecretReasons.sourceDeleted, message: 'source secret deleted; provider secrets cleaned up', requeueAfter: safetyNet };

/** How many problems a condition spells out. */
const mostProblems = 5;
/** Characters of one problem. */
const longestProblem = 500;

/** All that is in the way, as one outcome: what heals by itself is tried again, whatever else is wrong. */
export function unsynced(problems: readonly PushProblem[]): Outcome {
  const told = problems.slice(0, mostProblems).map(({ message }) => (message.length > longestProblem ? `${message.slice(0, longestProblem)}…` : message));
  const message = [...told, ...(problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [])].join('; ');
  if (problems.some(({ kind }) => kind === 'retry')) {
    const waits = problems.flatMap(({ retryAfter }) => retryAfter ?? []);
    return failed(message, waits.length === 0 ? undefined : Math.max(...waits));
  }
  return problems.some(({ kind }) => kind === 'wait') ? waiting(message) : stalled(message);
}

/** What a provider's refusal means: what it calls invalid may be somebody else's value, which may go. */
export function providerProblem(what: string, { kind, message, retryAfter }: ProviderError): PushProblem {
  const wait = retryAfter ?? (kind === 'invalid' || kind === 'unsupported' ? slowRetry : undefined);
  return { kind: 'retry', message: `${what} (${kind}): ${message}`, ...(wait === undefined ? {} : { retryAfter: wait }) };
}
