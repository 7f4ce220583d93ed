import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { silentLog } from '../../lib/log.ts';
import type { PulledSource } from '../../provider/notice-source.ts';
import { ProviderError } from '../../provider/provider-error.ts';
import { pullUntil } from './pull-loop.ts';

function start(pull: (now: number) => ReturnType<PulledSource['pull']>, isReady = () => true) {
  const clock = createFakeClock();
  const ending = new AbortController();
  let closed = 0;
  const source: PulledSource = { kind: 'pull', pull: () => pull(clock.monotonic()), close: async () => void (closed += 1) };
  const ended = pullUntil(ending.signal, { name: 'queue', source, take: () => true, isReady, clock, random: () => 1, log: silentLog });
  return { clock, closed: () => closed, stop: () => (ending.abort(new Error('stopped')), ended) };
}

describe('a source that is asked', () => {
  it('is asked at once again while it has something, and ends with its connections', async () => {
    let asked = 0;
    const { clock, closed, stop } = start(async () => ({ taken: (asked += 1) <= 5 ? 10 : 0, malformed: 0, full: false }));
    await clock.settle();
    expect(asked).toBe(6);
    await stop();
    expect(closed()).toBe(1);
  });

  it('is not asked while nothing would be taken, which others may take meanwhile', async () => {
    let asked = 0;
    let leads = false;
    const { clock, stop } = start(async () => ({ taken: 0, malformed: 0, full: (asked += 1) > 0 }), () => leads);
    await clock.advance(10_000);
    expect(asked).toBe(0);
    leads = true;
    await clock.advance(1_000);
    expect(asked).toBeGreaterThan(0);
    await stop();
  });

  it('is asked more and more seldom while it fails, and as before once it does not', async () => {
    const at: number[] = [];
    const { clock, stop } = start(async (now) => {
      at.push(now);
      if (at.length <= 8) throw new ProviderError('unavailable', 'x');
      return { taken: 0, malformed: 0, full: false };
    });
    await clock.advance(300_000);
    expect(at.slice(0, 9)).toEqual([0, 1_000, 3_000, 7_000, 15_000, 31_000, 63_000, 123_000, 183_000]);
    expect((at[10] ?? 0) - (at[9] ?? 0)).toBe(1_000);
    await stop();
  });

  it('is given as much rest as it asks for', async () => {
    const at: number[] = [];
    const { clock, stop } = start(async (now) => {
      at.push(now);
      throw new ProviderError('throttled', 'x', { retryAfter: 90_000 });
    });
    await clock.advance(95_000);
    expect(at).toEqual([0, 90_000]);
    await stop();
  });

  it('is not asked in a circle where there is no room', async () => {
    let asked = 0;
    const { clock, stop } = start(async () => ({ taken: 0, malformed: 0, full: (asked += 1) > 0 }));
    await clock.advance(10_000);
    expect(asked).toBeLessThanOrEqual(11);
    await stop();
  });
});
