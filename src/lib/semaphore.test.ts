import { describe, expect, it } from 'vitest';
import { createSemaphore } from './semaphore.ts';

const never = new AbortController().signal;

/** Lets every promise that can settle do so. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('createSemaphore', () => {
  it('runs at most `limit` tasks at once and all of them in the end', async () => {
    const semaphore = createSemaphore(3);
    let most = 0;
    const tasks = Array.from({ length: 20 }, (_, index) =>
      semaphore.run(async () => {
        most = Math.max(most, semaphore.running());
        await settle();
        return index;
      }, never),
    );

    const results = await Promise.all(tasks);

    expect(most).toBe(3);
    expect(results).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect([semaphore.running(), semaphore.waiting()]).toEqual([0, 0]);
  });

  it('serves waiters in the order they came', async () => {
    const semaphore = createSemaphore(1);
    const order: number[] = [];

    await Promise.all(
      [0, 1, 2, 3].map((index) =>
        semaphore.run(async () => {
          order.push(index);
          await settle();
        }, never),
      ),
    );

    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('gives the place back when a task throws', async () => {
    const semaphore = createSemaphore(1);

    const failed = semaphore.run(() => Promise.reject(new Error('no')), never);
    const next = semaphore.run(() => Promise.resolve('yes'), never);

    await expect(failed).rejects.toThrow('no');
    await expect(next).resolves.toBe('yes');
  });

  it('lets a waiter go with the reason of its signal, and forgets it', async () => {
    const semaphore = createSemaphore(1);
    const release = Promise.withResolvers<void>();
    const controller = new AbortController();
    let started = false;
    const first = semaphore.run(() => release.promise, never);
    const second = semaphore.run(() => {
      started = true;
      return Promise.resolve();
    }, controller.signal);

    controller.abort(new Error('drained'));

    await expect(second).rejects.toThrow('drained');
    expect(semaphore.waiting()).toBe(0);
    release.resolve();
    await first;
    expect(started).toBe(false);
    expect(semaphore.running()).toBe(0);
  });

  it('refuses a signal that has aborted already, without running the task', async () => {
    const semaphore = createSemaphore(1);

    await expect(semaphore.run(() => Promise.resolve(), AbortSignal.abort(new Error('late')))).rejects.toThrow('late');

    expect(semaphore.running()).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %d', (limit) => {
    expect(() => createSemaphore(limit)).toThrow(RangeError);
  });
});
