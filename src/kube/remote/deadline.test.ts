import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { startDeadline, untilAborted } from './deadline.ts';

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

describe('waiting for a promise until a signal aborts', () => {
  it('answers as the promise does, and lets go of the signal', async () => {
    const { signal } = new AbortController();

    expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
    await expect(untilAborted(Promise.reject(reason), signal)).rejects.toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the reason, and what the promise does afterwards is nobody’s trouble', async () => {
    const stop = new AbortController();
    const late = Promise.withResolvers<number>();
    const waiting = untilAborted(late.promise, stop.signal);

    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    late.reject(new Error('too late'));

    await expect(untilAborted(late.promise, stop.signal)).rejects.toBe(reason);
  });
});
