import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Next } from './keyed-queue.ts';
import { KeyedQueue } from './keyed-queue.ts';

function bench(concurrency = 1) {
  const clock = createFakeClock();
  const runs: { readonly key: string; readonly since: number; readonly end: (next?: Next) => Promise<void> }[] = [];
  const queue = new KeyedQueue({
    clock,
    random: () => 1,
    concurrency,
    work: (key, _, since) =>
      new Promise((resolve) => {
        runs.push({
          key,
          since,
          end: (next = { kind: 'done' }) => {
            resolve(next);
            return clock.settle();
          },
        });
      }),
  });
  queue.start();
  return { clock, queue, runs, sinces: () => runs.map(({ key, since }) => [key, since]) };
}

describe('since when work is due', () => {
  it('is when it was added, however long it waits for a worker', async () => {
    const { clock, queue, runs, sinces } = bench();
    queue.add('a');
    await clock.advance(100);
    queue.add('b');
    await clock.advance(100);
    await runs[0]?.end();

    expect(sinces()).toEqual([['a', 0], ['b', 100]]);
  });

  it('is when it was added last: what happened since then is news', async () => {
    const { clock, queue, runs, sinces } = bench();
    queue.add('a');
    queue.add('b');
    await clock.advance(100);
    queue.add('a');
    queue.add('b', 'start');
    await clock.advance(100);
    queue.add('a', 'start');
    await runs[0]?.end();
    await clock.settle();
    await runs[1]?.end();
    await runs[2]?.end();

    expect(new Map(sinces().slice(1).map(([key, since]) => [key, since]))).toEqual(new Map([['a', 200], ['b', 100]]));
  });

  it('is not said where only its time has come: who planned it knows for which moment, and when it was planned is no part of that', async () => {
    const { clock, queue, runs, sinces } = bench();
    queue.addAfter('a', 1000);
    await clock.advance(400);
    queue.addAfter('b', 600);
    await clock.advance(5000);
    await runs[0]?.end({ kind: 'again', after: 100 });
    await runs[1]?.end();
    await clock.advance(100);
    await runs[2]?.end({ kind: 'retry', isSameWork: true });
    await clock.advance(10_000);

    expect(sinces()).toEqual([['a', -Infinity], ['b', -Infinity], ['a', -Infinity], ['a', -Infinity]]);
  });

  it('is when it was added while it waited for its time, or for a worker', async () => {
    const { clock, queue, runs, sinces } = bench();
    queue.add('first');
    queue.addAfter('a', 1000);
    queue.addAfter('b', 1000);
    await clock.advance(300);
    queue.add('a');
    await clock.advance(900);
    queue.add('b', 'start');
    await runs[0]?.end();
    await runs[1]?.end();

    expect(sinces().slice(1)).toEqual([['a', 300], ['b', 1200]]);
  });

  it('is when it is tried again after a failure, but not where it only had to wait', async () => {
    const { clock, queue, runs, sinces } = bench();
    queue.add('a');
    await clock.advance(50);
    await runs[0]?.end({ kind: 'retry', isSameWork: true });
    await clock.advance(10_000);
    await runs[1]?.end({ kind: 'retry' });
    await clock.advance(10_000);

    expect(sinces()[1]).toEqual(['a', 0]);
    expect(Number(sinces()[2]?.[1])).toBeGreaterThan(10_000);
  });

  it('is when something happened to it while it waits to be tried again', async () => {
    const { clock, queue, runs, sinces } = bench(2);
    queue.add('a');
    await clock.advance(50);
    queue.add('a');
    await runs[0]?.end({ kind: 'retry', isSameWork: true });
    await runs[1]?.end({ kind: 'retry', isSameWork: true });
    await clock.advance(10);
    queue.add('a');
    await clock.settle();

    expect(sinces()).toEqual([['a', 0], ['a', 50], ['a', 60]]);
  });
});
