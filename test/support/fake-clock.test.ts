import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/lib/sleep.ts';
import { createFakeClock } from './fake-clock.ts';

describe('the fake clock', () => {
  it('runs due timers in the order of their time, and those of one time in the order they were set', async () => {
    const clock = createFakeClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push('c'));
    clock.after(10, () => ran.push('a'));
    clock.after(10, () => ran.push('b'));
    clock.after(30, () => ran.push('never'));

    await clock.advance(20);

    expect(ran).toEqual(['a', 'b', 'c']);
    expect(clock.pending()).toBe(1);
  });

  it('shows each timer the time it fell due at, and timers set on the way fall due too', async () => {
    const clock = createFakeClock(1_000);
    const seen: number[] = [];
    clock.after(10, () => {
      seen.push(clock.now());
      clock.after(5, () => seen.push(clock.now()));
    });

    await clock.advance(100);

    expect(seen).toEqual([1_010, 1_015]);
    expect(clock.now()).toBe(1_100);
    expect(clock.monotonic()).toBe(100);
  });

  it('lets a loop of sleeps run through in one advance', async () => {
    const clock = createFakeClock();
    const { signal } = new AbortController();
    let rounds = 0;
    const loop = (async () => {
      for (; rounds < 5; rounds += 1) await sleep(clock, 10, signal);
    })();

    await clock.advance(50);
    await loop;

    expect(rounds).toBe(5);
  });

  it('does not run a timer that was cancelled', async () => {
    const clock = createFakeClock();
    const cancel = clock.after(10, () => expect.unreachable());

    cancel();
    await clock.advance(100);

    expect(clock.pending()).toBe(0);
  });
});
