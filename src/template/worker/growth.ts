/** What a pool looks like while somebody waits for a thread. */
export interface Crew {
  /** Threads that load their program. */
  readonly starting: number;
  /** Since when each of the others has been with its present request, in milliseconds. */
  readonly busyForMs: readonly number[];
  /** Threads that have been told to end and are still there. */
  readonly ending: number;
  /** How many requests could run at once, had they threads. */
  readonly waiting: number;
}

/** There are never more threads than this, those that are about to end included. */
export const mostThreads = 8;

/** A thread that has been with one request for longer is taken for stuck. */
const stuckMs = 100;

/** How many threads to start: up to `size` for load, and more than that only where all the others are stuck. */
export function threadsToStart({ starting, busyForMs, ending, waiting }: Crew, size: number): number {
  const areStuck = starting === 0 && busyForMs.length > 0 && busyForMs.every((ms) => ms > stuckMs);
  const most = Math.min(mostThreads - ending, areStuck ? mostThreads : size);
  return Math.max(0, Math.min(waiting - starting, most - starting - busyForMs.length));
}
