import { describe, expect, it } from 'vitest';
import { openQueueBench as bench } from '../../test/support/queue-bench.ts';
import type { KeyedQueue } from './keyed-queue.ts';

describe('namespaces', () => {
  const add = (queue: KeyedQueue, namespace: string, count: number, lane?: 'due'): void => {
    for (let index = 0; index < count; index += 1) queue.add(`${namespace}/${index}`, lane);
  };

  it('take turns within a lane', () => {
    const { queue, keys } = bench({ concurrency: 4 });
    add(queue, 'a', 5);
    add(queue, 'b', 1);
    add(queue, 'c', 1);
    queue.start();

    expect(keys()).toEqual(['a/0', 'b/0', 'c/0', 'a/1']);
  });

  it('never take all workers, however much they have to do: another finds one free', async () => {
    const { queue, keys, end } = bench({ concurrency: 320, group: 100 });
    queue.start();
    add(queue, 'a', 330);
    expect(queue.running()).toBe(280);
    add(queue, 'b', 330);
    expect(queue.running()).toBeLessThan(320);
    queue.add('c/0');
    expect(keys().at(-1)).toBe('c/0');

    await end('a/0');
    await end('c/0');
    expect(queue.depth()).toBeGreaterThan(0);
  });

  it('that are alone keep all workers that refreshes may have, and all there are where those are few', () => {
    const many = bench({ concurrency: 320, group: 100 });
    add(many.queue, 'a', 400, 'due');
    many.queue.start();
    const few = bench({ concurrency: 4 });
    add(few.queue, 'a', 10);
    few.queue.start();

    expect([many.queue.running(), few.queue.running()]).toEqual([280, 4]);
  });
});
