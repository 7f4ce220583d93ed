import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { KeyedQueue, type KeyedQueueOptions, type Next } from '../../src/runtime/keyed-queue.ts';

/** A queue, and what it ran. */
export interface QueueBench {
  readonly clock: FakeClock;
  readonly queue: KeyedQueue;
  /** Every run so far, with the time it started at. */
  readonly runs: { readonly key: string; readonly at: number }[];
  /** Lets the oldest running piece of work of that key end. */
  readonly end: (key: string, next?: Next) => Promise<void>;
  readonly keys: () => readonly string[];
}

/** A queue whose work ends when the test says so, or at once where `auto` says with what. */
export function openQueueBench(options: Partial<KeyedQueueOptions> & { readonly auto?: (key: string) => Next } = {}): QueueBench {
  const clock = createFakeClock();
  const runs: { key: string; at: number }[] = [];
  const open = new Map<string, (next: Next) => void>();
  const queue = new KeyedQueue({
    clock,
    random: () => 1,
    concurrency: 1,
    work: (key) => {
      runs.push({ key, at: clock.monotonic() });
      if (options.auto !== undefined) return Promise.resolve(options.auto(key));
      return new Promise((resolve) => open.set(key, resolve));
    },
    ...options,
  });
  const end = async (key: string, next: Next = { kind: 'done' }): Promise<void> => {
    open.get(key)!(next);
    open.delete(key);
    await clock.settle();
  };
  return { clock, queue, runs, end, keys: () => runs.map(({ key }) => key) };
}
