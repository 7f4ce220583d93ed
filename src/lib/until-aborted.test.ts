import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { untilAborted } from './until-aborted.ts';

const reason = new Error('enough');

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
