import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { openQueueBench as bench } from '../../test/support/queue-bench.ts';
import { KeyedQueue, type Next } from './keyed-queue.ts';

describe('the keyed queue', () => {
  it('works on a key once, however often it was added before', async () => {
    const { queue, clock, keys } = bench({ auto: () => ({ kind: 'done' }) });

    queue.add('a');
    queue.add('a');
    queue.addAfter('a', 0);
    queue.start();
    await clock.advance(1_000);

    expect(keys()).toEqual(['a']);
  });

  it('runs a key again that was added while it ran, once, and never beside itself', async () => {
    const { queue, end, keys } = bench({ concurrency: 4 });
    queue.start();
    queue.add('a');

    queue.add('a');
    queue.add('a');
    expect(keys()).toEqual(['a']);
    await end('a');
    expect(keys()).toEqual(['a', 'a']);
    await end('a');

    expect(keys()).toEqual(['a', 'a']);
    expect(queue.size()).toBe(0);
  });

  it('runs no more keys at once than it may', async () => {
    const { queue, end, keys } = bench({ concurrency: 2 });
    queue.start();
    for (const key of ['a', 'b', 'c']) queue.add(key);

    expect(keys()).toEqual(['a', 'b']);
    expect(queue.depth()).toBe(1);
    await end('b');

    expect(keys()).toEqual(['a', 'b', 'c']);
  });

  it('keeps the earliest of several times', async () => {
    const { queue, clock, runs } = bench({ auto: () => ({ kind: 'done' }) });
    queue.start();

    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 300);
    await clock.advance(1_000);

    expect(runs).toEqual([{ key: 'a', at: 100 }]);
    expect(queue.size()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('lets news run at once what waits for its time', async () => {
    const { queue, clock, runs } = bench({ auto: () => ({ kind: 'done' }) });
    queue.start();
    queue.addAfter('a', 60_000);

    await clock.advance(10);
    queue.add('a');
    await clock.advance(120_000);

    expect(runs).toEqual([{ key: 'a', at: 10 }]);
  });

  it('repeats a key as its work asks for, and an earlier wish from outside wins', async () => {
    const { queue, clock, runs, end } = bench();
    queue.start();
    queue.add('a');

    queue.addAfter('a', 50);
    await end('a', { kind: 'again', after: 1_000 });
    await clock.advance(60);
    await end('a', { kind: 'again', after: 1_000 });
    await clock.advance(1_000);

    expect(runs.map(({ at }) => at)).toEqual([0, 50, 1_060]);
  });

  it('waits longer after every failure, up to the cap, and starts over after a success', async () => {
    const outcomes: Next[] = [];
    const { queue, clock, runs } = bench({
      backoff: { base: 100, factor: 2, cap: 400 },
      auto: () => outcomes.shift() ?? { kind: 'done' },
    });
    const retry: Next = { kind: 'retry' };
    outcomes.push(retry, retry, retry, retry, { kind: 'again', after: 1_000 }, retry);
    queue.start();

    queue.add('a');
    await clock.advance(10_000);

    expect(runs.map(({ at }) => at)).toEqual([0, 100, 300, 700, 1_100, 2_100, 2_200]);
  });

  it('draws the wait evenly from zero up to the bound', async () => {
    const outcomes: Next[] = [{ kind: 'retry' }];
    const { queue, clock, runs } = bench({ random: () => 0.25, auto: () => outcomes.shift() ?? { kind: 'done' } });
    queue.start();

    queue.add('a');
    await clock.advance(10_000);

    expect(runs.map(({ at }) => at)).toEqual([0, 250]);
  });

  it('does not come back before a server asked for it, nor later than in an hour', async () => {
    const outcomes: Next[] = [
      { kind: 'retry', after: 30_000 },
      { kind: 'retry', after: 1e12 },
    ];
    const { queue, clock, runs } = bench({ auto: () => outcomes.shift() ?? { kind: 'done' } });
    queue.start();

    queue.add('a');
    await clock.advance(30_000 + 3_600_000);

    expect(runs.map(({ at }) => at)).toEqual([0, 30_000, 3_630_000]);
  });

  it('takes news before keys whose time has come, but does not starve those', async () => {
    const { queue, clock, keys } = bench({ auto: () => ({ kind: 'done' }) });
    for (const key of ['due1', 'due2']) queue.addAfter(key, 10);
    await clock.advance(10);
    for (const key of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6']) queue.add(key);

    queue.start();
    await clock.settle();

    expect(keys()).toEqual(['n1', 'n2', 'n3', 'n4', 'due1', 'n5', 'n6', 'due2']);
  });

  it('takes what is changed before what was there at the start, and that before what is due', async () => {
    const { queue, clock, keys } = bench({ auto: () => ({ kind: 'done' }) });
    for (const key of ['due1', 'due2']) queue.addAfter(key, 10);
    await clock.advance(10);
    for (const key of ['s1', 's2', 's3', 's4', 's5', 's6']) queue.add(key, 'start');
    for (const key of ['n1', 'n2', 's6']) queue.add(key);
    queue.add('n1', 'start');

    queue.start();
    await clock.settle();

    expect(keys()).toEqual(['n1', 'n2', 's6', 's1', 'due1', 's2', 's3', 's4', 's5', 'due2']);
  });

  it('has workers left for news however many refreshes hang', async () => {
    const { queue, clock, end, keys } = bench({ concurrency: 16 });
    for (let index = 0; index < 30; index += 1) {
      queue.add(`start ${index}`, 'start');
      queue.addAfter(`due ${index}`, 5);
    }
    await clock.advance(5);
    queue.start();
    await clock.settle();
    expect(keys()).toHaveLength(14);

    for (const key of ['new 1', 'new 2', 'new 3']) queue.add(key);
    expect(keys().slice(14)).toEqual(['new 1', 'new 2']);
    await end('new 1');
    expect(keys().slice(16)).toEqual(['new 3']);
    await end('start 0');
    expect(keys()).toHaveLength(18);
  });

  it('forgets a key with its timer and its failures', async () => {
    const { queue, clock, runs } = bench({ auto: () => ({ kind: 'retry' }) });
    queue.start();
    queue.add('a');
    await clock.settle();

    queue.forget('a');
    await clock.advance(1_000_000);

    expect(runs).toHaveLength(1);
    expect(queue.size()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('says for how long the longest work has been running', async () => {
    const { queue, clock, end } = bench({ concurrency: 2 });
    queue.start();
    queue.add('a');
    await clock.advance(5_000);
    queue.add('b');
    await clock.advance(1_000);

    expect(queue.oldestRun()).toBe(6_000);
    await end('a');
    expect(queue.oldestRun()).toBe(1_000);
    await end('b');

    expect(queue.oldestRun()).toBe(0);
  });

  it('retries a key whose work breaks the rule and rejects, and lets the rejection surface', async () => {
    const surfaced: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => surfaced.push(reason));
    let runs = 0;
    const bug = new Error('bug');
    const { queue, clock } = bench({ work: () => ((runs += 1) === 1 ? Promise.reject(bug) : Promise.resolve({ kind: 'done' })) });
    queue.start();

    queue.add('a');
    await clock.advance(1_000);
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);

    expect(surfaced).toEqual([bug]);
    expect(runs).toBe(2);
  });
});

describe('draining', () => {
  it('takes nothing more, lets running work finish and drops what waits', async () => {
    const { queue, clock, keys, end } = bench();
    queue.start();
    for (const key of ['a', 'b']) queue.add(key);
    queue.addAfter('c', 10);

    const drained = queue.drain(5_000);
    queue.add('d');
    await clock.advance(1_000);
    await end('a', { kind: 'again', after: 10 });

    expect(await drained).toEqual([]);
    expect(keys()).toEqual(['a']);
    expect(queue.size()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  it('aborts work that does not end in time', async () => {
    const aborted: string[] = [];
    const { queue, clock } = bench({
      work: (key, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            aborted.push(key);
            resolve({ kind: 'done' });
          });
        }),
    });
    queue.start();
    queue.add('a');

    const drained = queue.drain(5_000);
    await clock.advance(4_999);
    expect(aborted).toEqual([]);
    await clock.advance(1);

    expect(aborted).toEqual(['a']);
    expect(await drained).toEqual([]);
  });

  it('does not wait for ever for work that ignores its signal, and names it', async () => {
    const { queue, clock } = bench();
    queue.start();
    queue.add('stuck');

    const drained = queue.drain(1_000);
    await clock.advance(10_000);

    expect(await drained).toEqual(['stuck']);
  });

  it('is done at once where nothing runs', async () => {
    const { queue } = bench();
    queue.add('a');

    expect(await queue.drain(1_000)).toEqual([]);
  });
});

type Step =
  | { readonly do: 'add'; readonly key: string }
  | { readonly do: 'addAfter'; readonly key: string; readonly ms: number }
  | { readonly do: 'advance'; readonly ms: number };

const key = fc.constantFrom('a', 'b', 'c', 'd');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key }),
  fc.record({ do: fc.constant('addAfter' as const), key, ms: fc.nat(200) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(100) }),
);
const next: fc.Arbitrary<Next> = fc.oneof(
  fc.constant<Next>({ kind: 'done' }),
  fc.record({ kind: fc.constant('again' as const), after: fc.nat(300) }),
  fc.record({ kind: fc.constant('retry' as const), after: fc.nat(300) }),
);

describe('under any sequence of events', () => {
  it('never runs a key beside itself, never passes its concurrency, and loses nothing that was added', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.array(next, { maxLength: 30 }), fc.array(fc.nat(50)), fc.integer({ min: 1, max: 3 }), async (steps, nexts, durations, concurrency) => {
        const clock = createFakeClock();
        const running = new Set<string>();
        /** Keys added and not yet started since. */
        const owed = new Set<string>();
        const queue = new KeyedQueue({
          clock,
          random: () => 0.5,
          concurrency,
          backoff: { base: 10, factor: 2, cap: 100 },
          work: async (key) => {
            expect(running.has(key)).toBe(false);
            running.add(key);
            expect(running.size).toBeLessThanOrEqual(concurrency);
            owed.delete(key);
            const duration = durations.shift() ?? 0;
            if (duration > 0) await new Promise<void>((resolve) => void clock.after(duration, resolve));
            running.delete(key);
            return nexts.shift() ?? { kind: 'done' };
          },
        });
        queue.start();

        for (const event of steps) {
          if (event.do === 'advance') await clock.advance(event.ms);
          else if (event.do === 'addAfter') queue.addAfter(event.key, event.ms);
          else {
            // marked first: the queue may start it before `add` returns
            owed.add(event.key);
            queue.add(event.key);
          }
        }
        await clock.advance(100_000);

        expect([...owed]).toEqual([]);
        expect(queue.size()).toBe(0);
        expect(clock.pending()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
