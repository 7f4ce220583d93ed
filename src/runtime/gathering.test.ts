import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { KeyedQueue } from './keyed-queue.ts';

function bench(concurrency: number, group: number) {
  const clock = createFakeClock();
  const open: (() => void)[] = [];
  const begun: string[] = [];
  const queue = new KeyedQueue({
    clock,
    random: () => 1,
    concurrency,
    group,
    work: (key) => {
      begun.push(key);
      return new Promise((resolve) => open.push(() => resolve({ kind: 'done' })));
    },
  });
  /** Lets the oldest running pieces of work end. */
  const end = async (count: number): Promise<void> => {
    for (const finish of open.splice(0, count)) finish();
    await clock.settle();
  };
  return { clock, queue, begun, end };
}

it('work that waits for a worker begins in groups, so that it can share calls', async () => {
  const { queue, begun, end } = bench(16, 6);
  for (let key = 0; key < 40; key += 1) queue.add(`key ${key}`, 'start');
  queue.start();
  expect(begun).toHaveLength(14);
  await end(5);
  expect(begun).toHaveLength(14);
  await end(1);

  expect(begun).toHaveLength(20);
});

it('the last of it does not wait for a group that will not come', async () => {
  const { queue, begun, end } = bench(16, 6);
  for (let key = 0; key < 16; key += 1) queue.add(`key ${key}`, 'start');
  queue.start();
  await end(2);

  expect(begun).toHaveLength(16);
});

it('news begin at once while the others gather', async () => {
  const { queue, begun, end } = bench(16, 6);
  for (let key = 0; key < 40; key += 1) queue.add(`key ${key}`, 'start');
  queue.start();
  await end(3);
  queue.add('news');

  expect(begun.at(-1)).toBe('news');
  expect(begun).toHaveLength(15);
});

it('everything begins sooner or later, whatever the group', async () => {
  const lanes = fc.array(fc.constantFrom('edit' as const, 'start' as const), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), lanes, fc.integer({ min: 1, max: 7 }), async (concurrency, group, keys, atOnce) => {
      const { queue, begun, end } = bench(concurrency, Math.min(group, Math.max(1, concurrency - Math.floor(concurrency / 8))));
      for (const [index, lane] of keys.entries()) queue.add(`key ${index}`, lane);
      queue.start();
      for (let round = 0; round < keys.length; round += 1) await end(atOnce);
      expect(begun).toHaveLength(keys.length);
    }),
    { numRuns: 30 },
  );
});
