import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { startDeadline } from './deadline.ts';

const reason = new Error('enough');

describe('a deadline', () => {
  it('aborts when the time is up, and says that it was the time', async () => {
    const clock = createFakeClock();
    const deadline = startDeadline(clock, 1_000, new AbortController().signal);

    await clock.advance(999);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);

    expect([deadline.signal.aborted, deadline.passed()]).toEqual([true, true]);
  });

  it('aborts with the caller, before and after it was made', () => {
    const stop = new AbortController();
    const early = startDeadline(createFakeClock(), 1_000, stop.signal);
    stop.abort(reason);
    const late = startDeadline(createFakeClock(), 1_000, stop.signal);

    for (const { signal, passed } of [early, late]) expect([signal.reason, passed()]).toEqual([reason, false]);
  });

  it('starts anew, or stands still, when told', async () => {
    const clock = createFakeClock();
    const deadline = startDeadline(clock, 1_000, new AbortController().signal);

    await clock.advance(900);
    deadline.restart(1_000);
    await clock.advance(900);
    deadline.restart();
    await clock.advance(100_000);
    expect(deadline.signal.aborted).toBe(false);
    deadline.restart(10);
    await clock.advance(10);

    expect(deadline.passed()).toBe(true);
  });

  it('leaves nothing behind on the clock or on the signal', () => {
    const clock = createFakeClock();
    const { signal } = new AbortController();
    const deadlines = Array.from({ length: 50 }, () => startDeadline(clock, 1_000, signal));

    for (const deadline of deadlines) deadline.end();

    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
