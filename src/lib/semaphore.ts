/** Lets a bounded number of tasks run at once; the others wait their turn, first come first served. */
export interface Semaphore {
  /**
   * Runs `task` as soon as there is room and gives its place back when it settles.
   * @throws the signal's reason where it aborts before the task has started; what `task` throws afterwards
   */
  readonly run: <T>(task: () => Promise<T>, signal: AbortSignal) => Promise<T>;
  /** How many tasks run now. */
  readonly running: () => number;
  /** How many wait. */
  readonly waiting: () => number;
}

/** @param limit how many tasks may run at once; a whole number, at least 1 */
export function createSemaphore(limit: number): Semaphore {
  if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`a semaphore needs a limit of at least 1, not ${limit}`);
  let running = 0;
  // a Set keeps insertion order, and a waiter that gives up leaves it in constant time
  const queue = new Set<() => void>();

  function enter(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      if (running < limit) {
        running += 1;
        resolve();
        return;
      }
      const onAbort = (): void => {
        queue.delete(start);
        reject(signal.reason);
      };
      const start = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      queue.add(start);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  function leave(): void {
    const [next] = queue;
    if (next === undefined) {
      running -= 1;
      return;
    }
    // the place is handed over, so a newcomer cannot slip in between
    queue.delete(next);
    next();
  }

  return {
    run: async (task, signal) => {
      await enter(signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
    running: () => running,
    waiting: () => queue.size,
  };
}
