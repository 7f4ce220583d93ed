import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { sleep } from '../lib/sleep.ts';

/** Something that feeds caches: an informer, or a group of them. */
export interface Source {
  readonly name: string;
  /** Starts it; it runs until the signal aborts. `synced` resolves when its first list is in the cache. */
  readonly start: (signal: AbortSignal) => { readonly synced: Promise<void> };
}

/** Something that works on what the sources bring: a controller. */
export interface Worker {
  readonly name: string;
  readonly start: () => void;
  /** Takes nothing more, lets what runs end within `ms`, aborts the rest. Answers what did not end even so. */
  readonly drain: (ms: number) => Promise<readonly string[]>;
}

export interface Parts {
  readonly sources: readonly Source[];
  readonly workers: readonly Worker[];
  /** Called once everything has started. */
  readonly onReady?: () => void;
  /** Called after the workers have drained and while sources still run: last writes go here. Has what is left of the time, and is not waited for beyond it. */
  readonly onDrained?: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds from the signal until everything has stopped; 20 seconds unless told (Kubernetes grants 30 before it kills). */
  readonly drainWithin?: number;
  /** Whether what runs is to be aborted at once, asked when the signal aborts. */
  readonly hurried?: () => boolean;
}

const defaultDrain = 20_000;
/** How often it says what it is still waiting for. */
const patience = 15_000;

/**
 * Runs the parts until the signal aborts: sources first, workers when every cache is in sync, and in the end workers before
 * sources, so that nothing reconciles from an empty or a dead cache.
 * @returns the keys whose work had to be abandoned, empty in a clean stop
 * @throws what a source failed with before it was in sync
 */
export async function runUntil(signal: AbortSignal, parts: Parts): Promise<readonly string[]> {
  const { sources, workers, clock, log, onReady, onDrained, hurried } = parts;
  const lifetime = new AbortController();
  try {
    if (!(await syncAll(signal, lifetime.signal, parts))) return [];
    for (const worker of workers) worker.start();
    log.info({ sources: sources.length, workers: workers.length }, 'started');
    onReady?.();

    await aborted(signal);
    const drainWithin = hurried?.() === true ? 0 : (parts.drainWithin ?? defaultDrain);
    log.info({ drainWithin }, 'stopping');
    return await drainAll(workers, { clock, log, drainWithin, ...(onDrained === undefined ? {} : { onDrained }) });
  } finally {
    lifetime.abort(new DOMException('stopped', 'AbortError'));
  }
}

/** Starts the sources and waits for them. False where we were told to stop before all were in sync. */
async function syncAll(signal: AbortSignal, lifetime: AbortSignal, { sources, clock, log }: Parts): Promise<boolean> {
  const missing = new Set(sources.map(({ name }) => name));
  const synced = Promise.all(
    sources.map(async (source) => {
      await source.start(lifetime).synced;
      missing.delete(source.name);
    }),
  ).then(() => true);
  const stop = aborted(signal).then(() => false);
  const watch = new AbortController();
  void remind(clock, watch.signal, () => log.warn({ missing: [...missing] }, 'still waiting for the first list'));
  try {
    return await Promise.race([synced, stop]);
  } finally {
    watch.abort();
    // once we stop, sources reject because of that: nobody is to be told
    void synced.catch(() => {});
  }
}

async function remind(clock: Clock, signal: AbortSignal, tell: () => void): Promise<void> {
  try {
    for (;;) {
      await sleep(clock, patience, signal);
      tell();
    }
  } catch {
    // only the abort of its signal ends it
  }
}

async function drainAll(workers: readonly Worker[], { clock, log, drainWithin, onDrained }: Pick<Parts, 'clock' | 'log' | 'onDrained'> & { readonly drainWithin: number }): Promise<readonly string[]> {
  const deadline = clock.monotonic() + drainWithin;
  const abandoned = await Promise.all(workers.map(async (worker) => (await worker.drain(drainWithin)).map((key) => `${worker.name} ${key}`)));
  const keys = abandoned.flat();
  if (keys.length > 0) log.warn({ keys: keys.slice(0, 20), count: keys.length }, 'work was abandoned');
  if (onDrained !== undefined) {
    const last = new AbortController();
    const cancel = clock.after(Math.max(0, deadline - clock.monotonic()), () => last.abort(new DOMException('no time left', 'TimeoutError')));
    // what does not heed its signal, a client that somebody's adapter does not let go of for one, is not waited for
    await Promise.race([onDrained(last.signal), aborted(last.signal)]).finally(cancel);
  }
  log.info({}, 'stopped');
  return keys;
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
