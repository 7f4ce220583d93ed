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
  const turns = new Turns(limit);
  return {
    run: async (task, signal) => {
      await turns.enter(signal);
      try {
        return await task();
      } finally {
        turns.leave();
      }
    },
    running: () => turns.running,
    waiting: () => turns.queue.size,
  };
}

class Turns {
  readonly #limit: number;
  running = 0;
  /** A Set keeps insertion order, and a waiter that gives up leaves it in constant time. */
  readonly queue = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.running >= this.#limit) return this.#wait(signal);
    this.running += 1;
    return Promise.resolve();
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.queue.delete(start);
        reject(signal.reason);
      };
      const start = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.queue.add(start);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  leave(): void {
    const [next] = this.queue;
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    // the place is handed over, so a newcomer cannot slip in between
    this.queue.delete(next);
    next();
  }
}
