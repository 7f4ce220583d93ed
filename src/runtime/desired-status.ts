import { type Condition, noGeneration } from '../api/condition.ts';
import { formatTimestamp } from '../lib/timestamp.ts';
import type { Outcome, Reconciled } from './outcome.ts';

/** A status as it stands in an object, or as it should: plain JSON. */
export type StatusFields = Readonly<Record<string, unknown>>;

/** How an outcome becomes a condition. */
export interface ConditionStyle {
  readonly type: string;
  readonly statusOf: (outcome: Outcome) => Condition['status'];
  /**
   * True for a condition that kstatus does not know. It takes an object for Current as soon as the status speaks of its generation, so the
   * status speaks of none (-1, as before the first) until the condition is True. The condition itself always says what it is about.
   */
  readonly isUnknownToKstatus?: boolean;
}

/** `Ready`: True when synced, Unknown while waiting (nothing is wrong, it is on its way), False otherwise. */
export const readyCondition: ConditionStyle = {
  type: 'Ready',
  statusOf: ({ kind }) => (kind === 'synced' ? 'True' : kind === 'waiting' ? 'Unknown' : 'False'),
};

/** `Ready` as External Secrets has it: who waits is not ready either. */
export const strictReadyCondition: ConditionStyle = { type: 'Ready', statusOf: ({ kind }) => (kind === 'synced' ? 'True' : 'False') };

export interface StatusInputs {
  readonly style: ConditionStyle;
  readonly reconciled: Reconciled;
  /** The status that the live object has. */
  readonly live: StatusFields;
  /** Of the object that was reconciled. */
  readonly generation: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The status fields as they should be: the condition, in its place among those of others, observedGeneration, and what the
 * reconcile hands in. `null` stands for a field to be removed. Fields it does not speak of are not in it.
 */
export function desiredStatus({ style, reconciled, live, generation, now }: StatusInputs): StatusFields {
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const conditions = conditionsOf(live);
  const previous = conditions.find(({ type }) => type === style.type);
  const status = style.statusOf(reconciled.outcome);
  const condition: Condition = {
    type: style.type,
    status,
    reason: reconciled.outcome.reason,
    message: shorten(reconciled.outcome.message),
    // moves only when the status flips, as Kubernetes defines it
    lastTransitionTime: previous?.['status'] === status && typeof previous['lastTransitionTime'] === 'string' ? previous['lastTransitionTime'] : formatTimestamp(now),
    ...observed,
  };
  const others = conditions.map((other) => (other === previous ? condition : other));
  const spokenOf = style.isUnknownToKstatus === true && status !== 'True' ? { observedGeneration: noGeneration } : observed;
  return { ...reconciled.status, ...spokenOf, conditions: previous === undefined ? [...others, condition] : others };
}

/** The conditions of a status, as they are: those of others are carried along untouched. */
export function conditionsOf(status: StatusFields): readonly StatusFields[] {
  const conditions = status['conditions'];
  return Array.isArray(conditions) ? conditions.filter((item) => typeof item === 'object' && item !== null) : [];
}

/** The API server refuses condition messages beyond 32768 characters; nobody reads one this long. */
const longestMessage = 4096;

function shorten(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`;
}
