import type { Condition } from '../../api/condition.ts';
import { externalSecretReasons } from '../../api/names.ts';
import type { Outcome } from '../../runtime/outcome.ts';
import type { TemplateProblem } from '../../secret/template/compose-content.ts';
import type { ValueProblem } from '../../secret/value-problem.ts';
import type { SyncResult } from './sync-memory.ts';

/** An event wakes whoever waits; should one be missed, this does. */
const safetyNet = 300_000;

/** What the provider cannot do better the next second is not asked for every second. */
const slowRetry = 60_000;

const results: Readonly<Record<SyncResult, { readonly reason: string; readonly message: string }>> = {
  synced: { reason: externalSecretReasons.synced, message: 'secret synced' },
  retained: { reason: externalSecretReasons.synced, message: 'secret retained due to DeletionPolicy=Retain' },
  deleted: { reason: externalSecretReasons.deleted, message: 'secret deleted due to DeletionPolicy=Delete' },
  missing: { reason: externalSecretReasons.missing, message: 'secret will not be created due to CreationPolicy=Merge' },
};

/**
 * All is as the policies want it: the Secret is there and current, unless they say otherwise.
 * @param refreshIn milliseconds until the provider is to be read again; Infinity: time is no reason to
 */
export function synced(refreshIn: number, result: SyncResult = 'synced'): Outcome {
  const requeue = Number.isFinite(refreshIn) ? { requeueAfter: Math.max(0, refreshIn) } : {};
  return { kind: 'synced', ...results[result], ...requeue };
}

/** What a Ready condition says that a sync came to. */
export function resultOf({ reason, message }: Pick<Condition, 'reason' | 'message'>): SyncResult {
  if (reason === results.deleted.reason) return 'deleted';
  if (reason === results.missing.reason) return 'missing';
  return message === results.retained.message ? 'retained' : 'synced';
}

/** Something else must come first, and is watched. */
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
/** Characters of one problem: a template's error quotes the template. */
const longestProblem = 500;

function listed(problems: readonly string[]): string {
  const told = problems.slice(0, mostProblems).map((problem) => (problem.length > longestProblem ? `${problem.slice(0, longestProblem)}…` : problem));
  const more = problems.length > mostProblems ? [`and ${problems.length - mostProblems} more`] : [];
  return [...told, ...more].join('; ');
}

/** The provider did not give all that is needed. */
export function unassembled(store: string, problems: readonly ValueProblem[]): Outcome {
  const message = `could not get secret data from ${store}: ${listed(problems.map((problem) => `${problem.path}: ${problem.message}`))}`;
  if (problems.every(({ kind }) => kind === 'template')) return stalled(message);
  const asked = problems.flatMap(({ retryAfter }) => retryAfter ?? []);
  const slow = problems.some(({ kind }) => kind === 'unusable' || kind === 'invalid' || kind === 'unsupported' || kind === 'template' || kind === 'limit') ? [slowRetry] : [];
  const waits = [...asked, ...slow];
  const outcome = failed(message, waits.length === 0 ? undefined : Math.max(...waits));
  // what has been read so far is kept for a while: only the rest is asked for again
  return outcome.kind === 'failed' && problems.every(({ kind }) => kind === 'throttled') ? { ...outcome, isHeldUp: true } : outcome;
}

/**
 * The templates did not become a Secret. They will not either while they and their data are what they are; what only took too long, or
 * too much, may be better off another time.
 */
export function unrendered(problems: readonly TemplateProblem[]): Outcome {
  const message = `could not apply template: ${listed(problems.map((problem) => `${problem.place}: ${problem.message}`))}`;
  return problems.some(({ kind }) => kind === 'template') ? stalled(message) : failed(message, slowRetry);
}
