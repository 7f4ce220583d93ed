import type { Semaphore } from '../lib/semaphore.ts';
import { createSemaphore } from '../lib/semaphore.ts';

/** Lets tasks of the same key run one after the other, in the order in which they came; tasks of different keys do not wait for each other. */
export class KeyTurns {
  readonly #turns = new Map<string, Semaphore>();

  /** @throws the signal's reason where it aborts before the task has started; what `task` throws afterwards */
  async run<T>(key: string, task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const turns = this.#turns.get(key) ?? createSemaphore(1);
    this.#turns.set(key, turns);
    try {
      return await turns.run(task, signal);
    } finally {
      if (turns.running() === 0 && turns.waiting() === 0 && this.#turns.get(key) === turns) this.#turns.delete(key);
    }
  }
}
