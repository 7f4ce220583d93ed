import { formatKey, type ObjectKey, parseKey } from '../api/object.ts';
import type { BackoffPolicy } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import { formatDuration } from '../lib/duration.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { isKubeError } from '../kube/kube-error.ts';
import { startDeadline } from './deadline.ts';
import { explainError } from './explain-error.ts';
import { KeyedQueue, type Next } from './keyed-queue.ts';
import type { Lane } from './lanes.ts';
import type { Outcome, Reconciled } from './outcome.ts';

/** What the runtime counts. */
export interface RuntimeMetrics {
  /** A reconcile came to an end: an outcome's kind, `gone`, `conflict`, or `aborted` by a shutdown. */
  readonly reconciled: (controller: string, outcome: string, seconds: number) => void;
  /** Registers a queue, to be asked for its depth. */
  readonly watchQueue: (controller: string, depth: () => number) => void;
}

/** Writes what a reconcile of `subject` came to: status first, then events. Throws KubeErrors. */
export type Report<T> = (subject: T, reconciled: Reconciled, signal: AbortSignal) => Promise<void>;

export interface ControllerOptions<T> {
  /** In metrics and logs, e.g. `externalsecret`. */
  readonly name: string;
  /** The object as the cache has it, or undefined when it is gone. */
  readonly find: (key: ObjectKey) => T | undefined;
  /**
   * Brings the world in line with `subject`; what it came to is about this very version of it. Undefined where there is nothing
   * to report: the object is gone, or is not ours. May throw; must end soon after its signal aborts.
   * @param since when what makes it due happened, on the monotonic clock; -Infinity where only its time has come
   */
  readonly reconcile: (subject: T, signal: AbortSignal, since: number) => Promise<Reconciled | undefined>;
  readonly report: Report<T>;
  /** What an error thrown by `reconcile` means. `explainError` unless told. */
  readonly explain?: (error: unknown) => Outcome;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: RuntimeMetrics;
  /** How many objects are reconciled at once; 10 unless told. */
  readonly concurrency?: number;
  /** How many objects that are no news are begun together once all workers are busy; 1 unless told. */
  readonly group?: number;
  /** Milliseconds a reconcile may take; two minutes unless told. */
  readonly timeout?: number;
  readonly backoff?: BackoffPolicy;
}

/** Reconciles the objects of one kind, each by itself. */
export interface Controller {
  readonly name: string;
  /**
   * The object, or something it depends on, has changed; or will have in `after` milliseconds. `lane: 'start'` says that it was there
   * already when the controller started: then it waits behind what is made and changed meanwhile.
   */
  readonly enqueue: (key: ObjectKey, after?: number, options?: { readonly lane?: Lane; readonly isNews?: boolean }) => void;
  /** Begins to reconcile. Keys may be enqueued before. */
  readonly start: () => void;
  /** Lets what runs end within `ms` milliseconds, then aborts it. Answers the keys that did not end even so. */
  readonly drain: (ms: number) => Promise<readonly string[]>;
  /** How many objects wait for a worker. */
  readonly depth: () => number;
  /** How many are being reconciled. */
  readonly running: () => number;
  /** Milliseconds that the longest running reconcile has taken so far: past its timeout and the report's, it hangs. */
  readonly oldestRun: () => number;
}

const defaultConcurrency = 10;
const defaultTimeout = 120_000;
/** A reconcile that timed out can still be reported. */
const reportTimeout = 30_000;

type Attempt<R> = { readonly ok: true; readonly value: R } | { readonly ok: false; readonly error: unknown; readonly late: boolean };

/** Makes a controller: the one place where a reconcile's outcome, or error, becomes status, events, metrics and requeue. */
export function createController<T>(options: ControllerOptions<T>): Controller {
  const { name, clock, random, metrics, concurrency = defaultConcurrency, group = 1, backoff } = options;
  const queue = new KeyedQueue({
    clock,
    random,
    concurrency,
    group,
    ...(backoff === undefined ? {} : { backoff }),
    work: async (key, signal, since) => {
      const startedAt = clock.monotonic();
      const { label, next } = await work(options, key, { signal, since });
      metrics.reconciled(name, label, (clock.monotonic() - startedAt) / 1000);
      return next;
    },
  });
  metrics.watchQueue(name, () => queue.depth());
  return {
    name,
    enqueue: (key, after, { lane, isNews } = {}) => (after === undefined ? queue.add(formatKey(key), lane, isNews) : queue.addAfter(formatKey(key), after)),
    start: () => queue.start(),
    drain: (ms) => queue.drain(ms),
    depth: () => queue.depth(),
    running: () => queue.running(),
    oldestRun: () => queue.oldestRun(),
  };
}

interface Worked {
  /** For the metric. */
  readonly label: string;
  readonly next: Next;
}

async function work<T>(options: ControllerOptions<T>, key: string, { signal, since }: { readonly signal: AbortSignal; readonly since: number }): Promise<Worked> {
  const subject = options.find(parseKey(key));
  if (subject === undefined) return { label: 'gone', next: { kind: 'done' } };

  const timeout = options.timeout ?? defaultTimeout;
  const attempt = await attemptWithin(options.clock, timeout, signal, (deadline) => options.reconcile(subject, deadline, since));
  if (!attempt.ok && signal.aborted) return { label: 'aborted', next: { kind: 'done' } };
  // somebody else wrote first, or the cache is behind: nothing to tell anybody, look again
  if (!attempt.ok && isKubeError(attempt.error, 'conflict', 'exists')) return { label: 'conflict', next: { kind: 'retry' } };

  const reconciled = attempt.ok ? attempt.value : { outcome: explainAttempt(options, attempt, timeout) };
  if (reconciled === undefined) return { label: 'gone', next: { kind: 'done' } };
  logOutcome(options, key, reconciled.outcome, attempt.ok ? undefined : attempt.error);

  const report = await attemptWithin(options.clock, reportTimeout, signal, (deadline) => options.report(subject, reconciled, deadline));
  if (report.ok) return { label: reconciled.outcome.kind, next: nextOf(reconciled.outcome) };
  if (signal.aborted) return { label: 'aborted', next: { kind: 'done' } };
  if (!isKubeError(report.error, 'conflict')) options.log.warn({ controller: options.name, key, error: report.error }, 'the status could not be written');
  return { label: reconciled.outcome.kind, next: nextOf(retriable(explainError(report.error))) };
}

/** Runs something under a deadline. This is the only place in the reconcile path that catches whatever is thrown. */
async function attemptWithin<R>(clock: Clock, ms: number, parent: AbortSignal, run: (signal: AbortSignal) => Promise<R>): Promise<Attempt<R>> {
  const deadline = startDeadline(clock, ms, parent);
  try {
    return { ok: true, value: await run(deadline.signal) };
  } catch (error) {
    return { ok: false, error, late: deadline.passed() };
  } finally {
    deadline.release();
  }
}

function explainAttempt<T>({ explain = explainError }: ControllerOptions<T>, attempt: Attempt<unknown> & { ok: false }, timeout: number): Outcome {
  if (attempt.late) return { kind: 'failed', reason: 'DeadlineExceeded', message: `not done within ${formatDuration(timeout)}` };
  return explain(attempt.error);
}

/** A status that could not be written must be tried again, even where the reason is not one that heals by itself. */
function retriable(outcome: Outcome): Outcome {
  return outcome.kind === 'failed' ? outcome : { kind: 'failed', reason: outcome.reason, message: outcome.message };
}

function nextOf(outcome: Outcome): Next {
  if (outcome.kind === 'stalled') return { kind: 'done' };
  if (outcome.kind === 'failed') {
    const { retryAfter, isHeldUp } = outcome;
    return { kind: 'retry', ...(retryAfter === undefined ? {} : { after: retryAfter }), ...(isHeldUp === undefined ? {} : { isSameWork: isHeldUp }) };
  }
  return outcome.requeueAfter === undefined ? { kind: 'done' } : { kind: 'again', after: outcome.requeueAfter };
}

function logOutcome<T>({ log, name }: ControllerOptions<T>, key: string, outcome: Outcome, error: unknown): void {
  const { kind, reason, message } = outcome;
  const fields = { controller: name, key, outcome: kind, reason, detail: message };
  if (kind === 'synced' || kind === 'waiting') log.debug(fields, 'reconciled');
  else log.warn(error === undefined ? fields : { ...fields, error }, 'could not be reconciled');
}
