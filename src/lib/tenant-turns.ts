import { TenantQueue } from './tenant-queue.ts';

/** How many tasks run at once; whole numbers, at least 1. */
export interface TurnBounds {
  readonly ofTenant: number;
  readonly inAll: number;
}

/** Lets a bounded number of tasks run at once, and fewer for each tenant. Tenants take turns: whoever asks for much waits for himself. */
export class TenantTurns {
  readonly #bounds: TurnBounds;
  readonly #waiting = new TenantQueue<() => void>({ ofTenant: Infinity, inAll: Infinity });
  /** How many tasks of each tenant run. */
  readonly #running = new Map<string, number>();
  #total = 0;

  constructor(bounds: TurnBounds) {
    this.#bounds = bounds;
  }

  /**
   * Runs `task` as soon as there is room for it and gives its place back when it settles.
   * @throws the signal's reason where it aborts before the task has started; what `task` throws afterwards
   */
  async run<T>(tenant: string, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    await this.#enter(tenant, signal);
    try {
      return await task();
    } finally {
      this.#leave(tenant);
    }
  }

  #enter(tenant: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.remove(tenant, start);
        reject(signal.reason);
      };
      const start = (): void => {
        signal.removeEventListener('abort', onAbort);
        this.#count(tenant, 1);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(tenant, start);
      this.#startNext();
    });
  }

  #leave(tenant: string): void {
    this.#count(tenant, -1);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#total < this.#bounds.inAll) {
      const start = this.#waiting.take(this.#isBusy);
      if (start === undefined) return;
      start();
    }
  }

  readonly #isBusy = (tenant: string): boolean => (this.#running.get(tenant) ?? 0) >= this.#bounds.ofTenant;

  #count(tenant: string, more: 1 | -1): void {
    const running = (this.#running.get(tenant) ?? 0) + more;
    if (running === 0) this.#running.delete(tenant);
    else this.#running.set(tenant, running);
    this.#total += more;
  }
}
