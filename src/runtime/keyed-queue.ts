import { backoffDelay, type BackoffPolicy } from '../lib/backoff.ts';
import type { Cancel, Clock } from '../lib/clock.ts';
import type { Random } from '../lib/random.ts';
import { type Lane, Lanes, tenantOf } from './lanes.ts';

/** What becomes of a key once its work is done. */
export type Next =
  /** Nothing, until somebody adds it again. */
  | { readonly kind: 'done' }
  /** It went well; run it again after this many milliseconds. */
  | { readonly kind: 'again'; readonly after: number }
  /**
   * It went wrong; run it again after the backoff, and not before `after` milliseconds where a server asked for that. `isSameWork`: it did
   * not get so far as to learn anything, and is due since when it was.
   */
  | { readonly kind: 'retry'; readonly after?: number; readonly isSameWork?: true };

export interface KeyedQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How many keys are worked on at once. */
  readonly concurrency: number;
  /**
   * Once all workers are busy, keys that are no news are taken so many at a time, or as many as wait: work that shares calls comes
   * together then, and not one by one as others end. 1 unless told; less than the workers.
   */
  readonly group?: number;
  readonly backoff?: BackoffPolicy;
  /**
   * Must not reject: a rejection is a bug of the caller, surfaces as an unhandled one, and the key is retried.
   * @param since when the key was added last, or failed last, on the monotonic clock; -Infinity where only its time has come
   */
  readonly work: (key: string, signal: AbortSignal, since: number) => Promise<Next>;
}

const defaultBackoff: BackoffPolicy = { base: 1_000, factor: 2, cap: 300_000 };

/** No server parks a key for longer, whatever it asks for. */
const longestRetryAfter = 3_600_000;

/** The share of the workers that is kept for news, where there are as many: refreshes of a provider that hangs may take all others. */
const reservedShare = 1 / 8;

/**
 * A namespace takes a worker only while it has fewer than so many times as many as would be free: one whose work hangs leaves an eighth
 * to the others, two of them less, but some, and a few workers are all anybody's.
 */
const mostPerFree = 7;

/** How long aborted work has to come to its end. */
const abortGrace = 2_000;

interface Entry {
  state: 'idle' | 'ready' | 'running';
  /** Added while it runs: run it once more. */
  again?: { readonly lane: Lane; readonly since: number };
  /** Since when it is due, on the monotonic clock; of what makes it due last. */
  since: number;
  /** Failures in a row. */
  failures: number;
  timer?: { readonly due: number; readonly cancel: Cancel };
  /** While it runs. */
  run?: { readonly startedAt: number; readonly abort: AbortController };
}

/**
 * A queue of keys in which a key stands at most once and is worked on by at most one worker.
 *
 *     add ──────────────► ready ──► running ──► done: forgotten
 *     addAfter ► idle ──────▲          │  add: once more
 *                 ▲                    │
 *                 └── again, retry ────┘
 *
 * What is added while it runs is run again afterwards, so no change is missed. Keys that are idle without a timer are not kept.
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new Lanes();
  #running = 0;
  /** How many of those are not news. */
  #runningOthers = 0;
  /** How many of all are of each namespace. */
  readonly #runningOf = new Map<string, number>();
  /** There was no worker left for those: they wait until there are enough. */
  #isGathering = false;
  #phase: 'held' | 'open' | 'closed' = 'held';
  #wake: (() => void) | undefined;

  constructor(options: KeyedQueueOptions) {
    if (!Number.isInteger(options.concurrency) || options.concurrency < 1) throw new RangeError(`a queue needs a concurrency of at least 1, not ${options.concurrency}`);
    this.#options = options;
  }

  /** Begins to work. What is added before is kept and coalesced. */
  start(): void {
    if (this.#phase === 'held') this.#phase = 'open';
    this.#pump();
  }

  /**
   * Something happened to the key: work on it as soon as there is room, whatever it waits for.
   * @param isNews false where it may go on now with what it was due for before
   */
  add(key: string, lane: Lane = 'edit', isNews = true): void {
    this.#makeReady(key, lane, isNews ? this.#options.clock.monotonic() : -Infinity);
  }

  /** Works on the key in `ms` milliseconds, or earlier where something earlier is pending. */
  addAfter(key: string, ms: number): void {
    // for which moment that was planned, and of which many keys share it, is known to who planned it, and told by no timer
    this.#schedule(key, ms, -Infinity);
  }

  /** @param since of work that is due already and only waits; absent: it is due when it is tried again */
  #schedule(key: string, ms: number, since?: number): void {
    if (this.#phase === 'closed') return;
    const { clock } = this.#options;
    const entry = this.#entry(key);
    const due = clock.monotonic() + Math.max(0, ms);
    if (entry.state === 'ready' || (entry.timer !== undefined && entry.timer.due <= due)) return;
    entry.timer?.cancel();
    const cancel = clock.after(ms, () => {
      delete entry.timer;
      this.#makeReady(key, 'due', since ?? Math.min(due, clock.monotonic()));
    });
    entry.timer = { due, cancel };
  }

  /** Drops what is pending for the key and its failures. Work that runs is left alone. */
  forget(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#unschedule(key, entry);
    entry.failures = 0;
    if (entry.state !== 'running') this.#entries.delete(key);
  }

  /** How many keys wait for a worker. */
  depth(): number {
    return this.#lanes.size();
  }

  running(): number {
    return this.#running;
  }

  /** How many keys are known at all: ready, running, or waiting for their time. */
  size(): number {
    return this.#entries.size;
  }

  /** For how many milliseconds the longest piece of work has been running; 0 where none runs. A measure of progress. */
  oldestRun(): number {
    const starts = [...this.#entries.values()].flatMap(({ run }) => (run === undefined ? [] : [run.startedAt]));
    return starts.length === 0 ? 0 : this.#options.clock.monotonic() - Math.min(...starts);
  }

  /**
   * Takes nothing more, waits up to `ms` milliseconds for what runs, then aborts it and gives it a short moment.
   * @returns the keys whose work had to be abandoned, empty in a clean stop
   */
  async drain(ms: number): Promise<readonly string[]> {
    this.#phase = 'closed';
    for (const [key, entry] of this.#entries) {
      this.#unschedule(key, entry);
      if (entry.state !== 'running') this.#entries.delete(key);
    }
    await this.#idle(ms);
    for (const { run } of this.#entries.values()) run?.abort.abort(new DOMException('shutting down', 'AbortError'));
    await this.#idle(abortGrace);
    return [...this.#entries.keys()];
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { state: 'idle', failures: 0, since: -Infinity };
    this.#entries.set(key, entry);
    return entry;
  }

  #makeReady(key: string, lane: Lane, since: number): void {
    if (this.#phase === 'closed') return;
    const entry = this.#entry(key);
    if (entry.state === 'running') {
      entry.again = { lane: entry.again?.lane === 'edit' ? 'edit' : lane, since: Math.max(since, entry.again?.since ?? -Infinity) };
      return;
    }
    // news about a key that only waited for its time move it forward
    this.#lanes.add(key, lane);
    entry.since = entry.state === 'ready' ? Math.max(since, entry.since) : since;
    entry.state = 'ready';
    this.#pump();
  }

  #unschedule(key: string, entry: Entry): void {
    entry.timer?.cancel();
    delete entry.timer;
    delete entry.again;
    this.#lanes.delete(key);
  }

  /** What may be taken: anything, or news only where all else has its share of the workers, or gathers. */
  #take(): { readonly key: string; readonly lane: Lane } | undefined {
    const { concurrency, group = 1 } = this.#options;
    const free = concurrency - Math.floor(concurrency * reservedShare) - this.#runningOthers;
    if (free <= 0) this.#isGathering = true;
    else if (free >= Math.min(group, this.#lanes.size())) this.#isGathering = false;
    return this.#lanes.take(this.#isGathering ? ['edit'] : undefined, this.#isBusy);
  }

  readonly #isBusy = (tenant: string): boolean => (this.#runningOf.get(tenant) ?? 0) >= mostPerFree * (this.#options.concurrency - this.#running);

  #count(key: string, lane: Lane, more: 1 | -1): void {
    const tenant = tenantOf(key);
    const running = (this.#runningOf.get(tenant) ?? 0) + more;
    if (running === 0) this.#runningOf.delete(tenant);
    else this.#runningOf.set(tenant, running);
    this.#running += more;
    if (lane !== 'edit') this.#runningOthers += more;
  }

  #pump(): void {
    while (this.#phase === 'open' && this.#running < this.#options.concurrency) {
      const next = this.#take();
      if (next === undefined) return;
      void this.#run(next.key, next.lane, this.#entry(next.key));
    }
  }

  async #run(key: string, lane: Lane, entry: Entry): Promise<void> {
    // what was planned before is superseded: this run decides what comes next
    this.#unschedule(key, entry);
    const abort = new AbortController();
    const { since } = entry;
    entry.state = 'running';
    entry.run = { startedAt: this.#options.clock.monotonic(), abort };
    this.#count(key, lane, 1);
    let next: Next = { kind: 'retry' };
    try {
      next = await this.#options.work(key, abort.signal, since);
    } finally {
      this.#count(key, lane, -1);
      this.#finish(key, entry, next);
    }
  }

  #finish(key: string, entry: Entry, next: Next): void {
    delete entry.run;
    entry.state = 'idle';
    entry.failures = next.kind === 'retry' ? entry.failures + 1 : 0;
    if (next.kind === 'again') this.addAfter(key, next.after);
    if (next.kind === 'retry') this.#schedule(key, this.#backoff(entry.failures, next.after), next.isSameWork === true ? entry.since : undefined);
    const { again } = entry;
    delete entry.again;
    if (again !== undefined) this.#makeReady(key, again.lane, again.since);
    if (entry.state === 'idle' && entry.timer === undefined) this.#entries.delete(key);
    this.#pump();
    if (this.#running === 0) this.#wake?.();
  }

  #backoff(failures: number, asked = 0): number {
    const { backoff = defaultBackoff, random } = this.#options;
    return Math.max(Math.min(asked, longestRetryAfter), backoffDelay(backoff, failures, random));
  }

  /** Resolves when nothing runs any more, or after `ms` milliseconds. */
  async #idle(ms: number): Promise<void> {
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
