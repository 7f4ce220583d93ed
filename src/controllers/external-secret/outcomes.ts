import { externalSecretReasons } from '../../api/names.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { ValueProblem } from '../../secret/value-problem.ts';

/** An event wakes whoever waits; should one be missed, this does. */
const safetyNet = 300_000;

/** What the provider cannot do better the next second is not asked for every second. */
const slowRetry = 60_000;

/**
 * The Secret is there and current.
 * @param refreshIn milliseconds until the provider is to be read again; Infinity: time is no reason to
 */
export function synced(refreshIn: number): Outcome {
  const requeue = Number.isFinite(refreshIn) ? { requeueAfter: Math.max(0, refreshIn) } : {};
  return { kind: 'synced', reason: externalSecretReasons.synced, message: 'secret synced', ...requeue };
}

export function waiting(message: string): Outcome {
  return { kind: 'waiting', reason: externalSecretReasons.failed, message, requeueAfter: safetyNet };
}

export function stalled(message: string): Outcome {
  return { kind: 'stalled', reason: externalSecretReasons.failed, message };
}

export function failed(message: string, retryAfter?: number): Outcome {
  return { kind: 'failed', reason: externalSecretReasons.failed, message, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

/** How many problems a condition spells out. */
const mostProblems = 3;

/** The provider did not give all that is needed. */
export function unassembled(store: string, problems: readonly ValueProblem[]): Outcome {
  const told = problems.slice(0, mostProblems).map(({ path, message }) => `${path}: ${message}`);
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [];
  const message = `could not get secret data from ${store}: ${[...told, ...more].join('; ')}`;
  const asked = problems.flatMap(({ retryAfter }) => retryAfter ?? []);
  const slow = problems.some(({ kind }) => kind === 'unusable' || kind === 'invalid' || kind === 'unsupported') ? [slowRetry] : [];
  const waits = [...asked, ...slow];
  return failed(message, waits.length === 0 ? undefined : Math.max(...waits));
}
