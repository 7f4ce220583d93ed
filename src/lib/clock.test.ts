import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

afterEach(() => vi.useRealTimers());

describe('the system clock', () => {
  it('calls nobody before the time is over by its own measure', async () => {
    const early = await Promise.all(
      Array.from({ length: 400 }, (_, index) => {
        const ms = 2 + index / 40;
        const due = systemClock.monotonic() + ms;
        return new Promise<number>((resolve) => systemClock.after(ms, () => resolve(Math.max(0, due - systemClock.monotonic()))));
      }),
    );

    expect(early.filter((ms) => ms > 0)).toEqual([]);
  });

  it('waits longer than one timer can, and can be stopped in any of them', () => {
    vi.useFakeTimers();
    const called: string[] = [];
    systemClock.after(0x7fffffff + 5_000, () => called.push('late'));
    const cancel = systemClock.after(0x7fffffff + 6_000, () => called.push('never'));
    vi.advanceTimersByTime(0x7fffffff + 4_999);
    expect(called).toEqual([]);

    vi.advanceTimersByTime(1);
    cancel();
    vi.advanceTimersByTime(10_000);
    expect(called).toEqual(['late']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
