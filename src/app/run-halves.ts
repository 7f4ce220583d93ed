import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { runUntil } from '../runtime/run-until.ts';
import type { Half } from './half.ts';

export interface RunHalvesOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly onReady?: () => void;
  /** Milliseconds to stop in, from the signal on. */
  readonly drainWithin?: number;
  /** Whether nothing that runs is to end by itself, asked when the signal aborts; absent: it may, as long as there is time. */
  readonly hurried?: () => boolean;
}

/**
 * Runs controllers until the signal aborts: caches first, workers next, last writes in the end.
 * @returns keys of work that had to be abandoned
 */
export function runHalves(signal: AbortSignal, halves: readonly Half[], options: RunHalvesOptions): Promise<readonly string[]> {
  const { clock, log, onReady, drainWithin, hurried } = options;
  for (const half of halves) half.begin?.();
  return runUntil(signal, {
    sources: halves.flatMap(({ caches }) => caches.map(({ name, synced }) => ({ name, start: () => ({ synced }) }))),
    workers: halves.flatMap(({ controllers }) => controllers),
    // one that takes its time takes none from the others
    onDrained: async (last) => void (await Promise.all(halves.map((half) => half.finish(last)))),
    clock,
    log,
    ...(onReady === undefined ? {} : { onReady }),
    ...(drainWithin === undefined ? {} : { drainWithin }),
    ...(hurried === undefined ? {} : { hurried }),
  });
}
