import { at } from '../raw-api.ts';
import type { Change } from './audit-trail.ts';
import type { Scenario } from './scenario.ts';

/** What a run is judged by: the scenario, and what the API server has on record. */
export interface Evidence {
  readonly scenario: Scenario;
  readonly namespace: string;
  /** Who the controller is in the log. */
  readonly user: string;
  /** All writes to the namespace, in order. */
  readonly changes: readonly Change[];
  /** All writes to the Application, in order. */
  readonly applications: readonly Change[];
  /** Commits of the revisions that were pushed, the first first. */
  readonly commits: readonly string[];
  /** Revisions whose successor was taken back. */
  readonly takenBackTo: readonly number[];
  /** What the ciphertexts of the run's SealedSecrets hold. */
  readonly sealed: ReadonlyMap<string, string>;
}

interface Holding {
  readonly secret: string;
  /** By key, in base64; undefined: any value will do. */
  readonly expected: ReadonlyMap<string, string | undefined>;
  readonly before: Change;
  /** Whether a change that took the values away is forgiven while it is fresh: what was read a moment ago cannot be unread. */
  readonly excused: (change: Change) => boolean;
}

/** Microseconds for which a change is fresh. */
const fresh = 5_000_000;

/** Why a Secret did not hold certain data just before a write; undefined where it did. */
export function notHolding(evidence: Evidence, { secret, expected, before, excused }: Holding): string | undefined {
  const states = statesOf(evidence, secret, before);
  const last = states.findLastIndex((state) => holds(state, expected));
  if (last === -1) return states.some(({ body }) => body !== undefined) ? 'it had never had these values' : 'it had never been there';
  const later = states.slice(last + 1);
  return later.every((change) => excused(change) && change.completed > before.completed - fresh) ? undefined : 'it had these values no more';
}

/** Whether a Secret has held certain data at any time before a write. */
export function hasHeld(evidence: Evidence, { secret, expected, before }: Omit<Holding, 'excused'>): boolean {
  return statesOf(evidence, secret, before).some((state) => holds(state, expected));
}

function statesOf({ changes }: Evidence, secret: string, before: Change): readonly Change[] {
  return changes.filter((change) => change.resource === 'secrets' && change.subresource === undefined && change.name === secret && comesBefore(change, before));
}

/** Whether a Secret holds certain data after a change. */
export function holds({ body }: Pick<Change, 'body'>, expected: Holding['expected']): boolean {
  if (body === undefined) return false;
  return [...expected].every(([key, value]) => {
    const held = at(body, 'data', key);
    return typeof held === 'string' && held !== '' && (value === undefined || held === value);
  });
}

/** By etcd's order; where one of the two is a deletion, by when it was answered. */
export function comesBefore(a: Change, b: Change): boolean {
  return a.version === undefined || b.version === undefined ? a.completed < b.completed : a.version < b.version;
}
