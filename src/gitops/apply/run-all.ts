import { createSemaphore } from '../../lib/semaphore.ts';
import type { SyncRun } from './sync-run.ts';

/**
 * Runs a task for each item, a bounded number at once, and waits for all of them even where one throws: a pass that has ended
 * must not write any more.
 */
export async function runAll<T, R>(run: SyncRun, items: readonly T[], task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const semaphore = createSemaphore(run.deps.concurrency);
  const settled = await Promise.allSettled(items.map((item) => semaphore.run(() => task(item), run.signal)));
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
