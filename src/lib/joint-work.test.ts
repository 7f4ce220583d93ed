import { expect, it } from 'vitest';
import { createJointWork } from './joint-work.ts';

const { signal } = new AbortController();

/** Work that ends when it is told to, and with its signal. */
function byHand(): { readonly work: (signal: AbortSignal) => Promise<string>; readonly begun: () => number; readonly end: (value: string) => void } {
  const waiting: ((value: string) => void)[] = [];
  return {
    work: (ending) =>
      new Promise((resolve, reject) => {
        waiting.push(resolve);
        ending.addEventListener('abort', () => reject(ending.reason));
      }),
    begun: () => waiting.length,
    end: (value) => waiting.forEach((resolve) => resolve(value)),
  };
}

it('is done once for all who ask at the same time, and anew for who asks later', async () => {
  const { run } = createJointWork<string>();
  const first = byHand();
  const answers = [run('a', first.work, signal), run('a', first.work, signal), run('b', first.work, signal)];
  first.end('done');

  expect(await Promise.all(answers)).toEqual(['done', 'done', 'done']);
  expect(first.begun()).toBe(2);
  const later = run('a', first.work, signal);
  first.end('again');
  expect(await later).toBe('again');
  expect(first.begun()).toBe(3);
});

it('is begun anew by who still waits where the one who began has given up', async () => {
  const { run } = createJointWork<string>();
  const hand = byHand();
  const leader = new AbortController();
  const led = run('a', hand.work, leader.signal);
  const follower = run('a', hand.work, signal);
  const refused = expect(led).rejects.toThrow('enough');

  leader.abort(new Error('enough'));
  await refused;
  await expect.poll(hand.begun).toBe(2);
  hand.end('done');

  expect(await follower).toBe('done');
});

it('lets go of who gives up, and goes on for the others', async () => {
  const { run } = createJointWork<string>();
  const hand = byHand();
  const impatient = new AbortController();
  const led = run('a', hand.work, signal);
  const refused = expect(run('a', hand.work, impatient.signal)).rejects.toThrow('enough');

  impatient.abort(new Error('enough'));
  await refused;
  hand.end('done');

  expect(await led).toBe('done');
});

it('fails for all who wait', async () => {
  const { run } = createJointWork<string>();
  const fail = (): Promise<string> => Promise.reject(new Error('it is broken'));
  const answers = await Promise.allSettled([run('a', fail, signal), run('a', fail, signal)]);

  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
