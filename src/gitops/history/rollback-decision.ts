import type { HealthStatus, OperationState } from '../../api/application-status.ts';
import { formatDuration } from '../../lib/duration.ts';
import { parseTimestamp } from '../../lib/timestamp.ts';
import type { RollbackPin } from './rollback-pin.ts';
import type { RollbackPolicy, RollbackRecord } from './rollback-policy.ts';

/** All that an automatic rollback is decided by. */
export interface RollbackFacts {
  readonly policy: RollbackPolicy;
  readonly record: RollbackRecord;
  /** The revision that is worked on, and what the sources stand for: another one where that cannot be planned. */
  readonly revision: string;
  readonly head: string;
  readonly operation: OperationState | undefined;
  readonly health: HealthStatus | undefined;
  /** When the revision got past its barrier, in milliseconds since the epoch; undefined while it waits there, where nothing of it runs. */
  readonly since: number | undefined;
  readonly now: number;
}

export type RollbackDecision =
  | { readonly kind: 'none' }
  /** Look again after so many milliseconds, whatever happens. */
  | { readonly kind: 'watch'; readonly after: number }
  | { readonly kind: 'remember'; readonly record: RollbackRecord }
  | { readonly kind: 'rollBack'; readonly pin: RollbackPin; readonly record: RollbackRecord };

const none: RollbackDecision = { kind: 'none' };

/** The health that a rollback may help against. Suspended is somebody's wish, and Unknown says nothing. */
const ailing: ReadonlySet<string> = new Set(['Degraded', 'Progressing', 'Missing']);

/**
 * Whether a revision has proved healthy, or is to be given up for the last one that was. Once per revision: one that was given up, or was
 * healthy before, is left alone however it fares.
 */
export function decideRollback(facts: RollbackFacts): RollbackDecision {
  const { record, revision, operation, health, since, policy, now } = facts;
  if (operation?.syncResult?.revision !== revision || revision === record.healthy || since === undefined) return none;
  const steady = Math.max(since, parseTimestamp(health?.lastTransitionTime) ?? now);
  if (operation.phase === 'Succeeded' && health?.status === 'Healthy') {
    // what was written a moment ago may not show yet
    return isDue(steady + policy.settle, now) ? { kind: 'remember', record: { ...record, healthy: revision } } : watch(steady + policy.settle, now);
  }
  const { healthy } = record;
  // what is not in after all its time is no better than what fares badly
  const isAiling = operation.phase !== 'Succeeded' || ailing.has(health?.status ?? '');
  if (healthy === undefined || revision === record.bad || !isAiling) return none;
  const [due, cause] = verdict(facts, { since, steady });
  if (!isDue(due, now)) return watch(due, now);
  return { kind: 'rollBack', pin: { revision: healthy, replaces: facts.head, automatic: true, cause }, record: { healthy, bad: revision } };
}

/** When the revision is given up if nothing changes, and what is said then. */
function verdict({ policy, health, operation }: RollbackFacts, { since, steady }: { readonly since: number; readonly steady: number }): readonly [number, string] {
  const late = since + policy.bound;
  const why = health?.message === undefined ? '' : ` (${health.message})`;
  if (health?.status === 'Degraded' && steady + policy.settle < late) return [steady + policy.settle, `Degraded for ${formatDuration(policy.settle)}${why}`];
  const failed = operation?.phase === 'Failed' ? (parseTimestamp(operation.finishedAt) ?? late) : late;
  if (failed < late) return [Math.max(failed, since) + policy.settle, `the sync failed: ${operation?.message ?? ''}`];
  return [late, `not healthy within ${formatDuration(policy.bound)}${why}`];
}

function isDue(due: number, now: number): boolean {
  return due <= now;
}

function watch(due: number, now: number): RollbackDecision {
  return { kind: 'watch', after: due - now };
}
