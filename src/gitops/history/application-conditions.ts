import { isDeepStrictEqual } from 'node:util';
import type { ApplicationCondition, ApplicationConditionType } from '../../api/application-status.ts';
import { clip } from './operation.ts';
import { formatTimestamp } from '../../lib/timestamp.ts';

/** A condition to be set. Argo CD's have no status: what no longer holds is removed. */
export interface ConditionNote {
  readonly type: ApplicationConditionType;
  readonly message: string;
}

const ours: ReadonlySet<string> = new Set<ApplicationConditionType>([
  'DeletionError',
  'InvalidSpecError',
  'ComparisonError',
  'SyncError',
  'UnknownError',
  'SharedResourceWarning',
  'RepeatedResourceWarning',
  'RollbackWarning',
  'WaitingWarning',
]);

/** Sets our conditions, keeps those of types we do not write, and leaves the time of what has not changed alone. */
export function mergeConditions(before: readonly ApplicationCondition[], notes: readonly ConditionNote[], now: number): readonly ApplicationCondition[] {
  const others = before.filter(({ type }) => !ours.has(type));
  const set = notes.map(({ type, message }): ApplicationCondition => {
    const text = clip(message);
    const known = before.find((condition) => condition.type === type && condition.message === text);
    return known ?? { type, message: text, lastTransitionTime: formatTimestamp(now) };
  });
  const merged = [...others, ...set];
  return isDeepStrictEqual(merged, before) ? before : merged;
}
