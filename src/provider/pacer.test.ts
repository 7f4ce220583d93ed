import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { nextTurn } from './next-turn.ts';
import { Pacer } from './pacer.ts';
import { ProviderError } from './provider-error.ts';

const slowDown = new ProviderError('throttled', 'slow down', { retryAfter: 2000 });

const read = { kind: 'read' } as const;

function pacerOf(rate?: { readonly perSecond: number; readonly burst: number }) {
  const clock = createFakeClock();
  return { clock, pacer: new Pacer({ clock, longestHold: 60_000, rate }) };
}

describe('turns', () => {
  it('come at once where nothing is in the way, in the order in which they were asked for', () => {
    const { clock, pacer } = pacerOf();
    const order: string[] = [];
    const go = (name: string) => () => order.push(name) > 0;
    pacer.turn(() => {
      pacer.turn(go('asked for in the turn'), read);
      return go('first')();
    }, read);
    pacer.turn(go('last'), read);

    expect(order).toEqual(['first', 'asked for in the turn', 'last']);
    expect(clock.pending()).toBe(0);
  });

  it('are never more than the known rate allows, whoever gives up and however many ask', async () => {
    const asks = fc.array(fc.record({ pause: fc.integer({ min: 0, max: 400 }), calls: fc.integer({ min: 1, max: 8 }), given: fc.integer({ min: 0, max: 8 }) }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), asks, async (perSecond, burst, rounds) => {
        const { clock, pacer } = pacerOf({ perSecond, burst });
        const begun: number[] = [];
        let asked = 0;
        let dropped = 0;
        for (const { pause, calls, given } of rounds) {
          const turns = Array.from({ length: calls }, () => pacer.turn(() => begun.push(clock.monotonic()) > 0, read));
          asked += calls;
          const waiting = asked - dropped - begun.length;
          for (const cancel of turns.slice(calls - Math.min(given, waiting, calls))) {
            cancel();
            dropped += 1;
          }
          await clock.advance(pause);
        }
        await clock.advance(120_000);
        expect(begun).toHaveLength(asked - dropped);
        for (const [index, at] of begun.entries()) expect(index + 1).toBeLessThanOrEqual(burst + (at / 1000) * perSecond + 0.001);
      }),
      { numRuns: 30 },
    );
  });

  it('cost nothing where there is no call to begin any more', async () => {
    const { clock, pacer } = pacerOf({ perSecond: 1, burst: 1 });
    let begun = 0;
    pacer.turn(() => false, read);
    pacer.turn(() => {
      begun += 1;
      return true;
    }, read);

    expect(begun).toBe(1);
    expect(pacer.wait).toBe(1000);
    expect(clock.pending()).toBe(0);
  });

  it('wait as long as the provider asks, and then come one by one at the rate it has shown', async () => {
    const { clock, pacer } = pacerOf();
    pacer.heed(slowDown, 0);
    const begun: number[] = [];
    for (let call = 0; call < 3; call += 1) pacer.turn(() => begun.push(clock.monotonic()) > 0, read);
    await clock.advance(1999);
    expect(begun).toEqual([]);
    await clock.advance(1000);

    expect(begun[0]).toBe(2000);
    expect(begun).toHaveLength(3);
    expect((begun[1] ?? 0) - 2000).toBeGreaterThan(100);
  });

  it('are nobody’s once it is stopped', async () => {
    const { clock, pacer } = pacerOf({ perSecond: 1, burst: 1 });
    let begun = 0;
    for (let call = 0; call < 3; call += 1) pacer.turn(() => (begun += 1) > 0, read);
    pacer.stop();
    await clock.advance(10_000);

    expect(begun).toBe(1);
    expect(clock.pending()).toBe(0);
  });
});

describe('turns of several kinds', () => {
  const kinds = { R: 'read', F: 'find', W: 'write', C: 'check' } as const;
  const order = async (asked: string, isUrgent = (): boolean => false): Promise<string> => {
    const { clock, pacer } = pacerOf({ perSecond: 10, burst: 1 });
    let begun = '';
    for (const one of asked) {
      const kind = kinds[one as keyof typeof kinds];
      pacer.turn(() => (begun += one) !== '', { kind, ...(kind === 'read' ? { isUrgent } : {}) });
    }
    await clock.advance(60_000);
    return begun;
  };

  it('come by kind, so that none waits behind many of another', async () => {
    expect(await order('FFFFFFWWWWRRC')).toBe('FFWRCFWRFWFWF');
  });

  it('come first for what is urgent, in three of four', async () => {
    expect(await order('FFFWWRRRRRRRR', () => true)).toBe('FRRRFRRRWRRFW');
  });
});

describe('waiting for a turn', () => {
  it('ends with the reason of the signal, and leaves its turn to others', async () => {
    const { clock, pacer } = pacerOf({ perSecond: 1, burst: 1 });
    await nextTurn(pacer, 'find', new AbortController().signal);
    const leaving = new AbortController();
    const left = nextTurn(pacer, 'find', leaving.signal);
    const stays = nextTurn(pacer, 'find', new AbortController().signal);
    leaving.abort(new Error('went away'));
    await expect(left).rejects.toThrow('went away');
    await clock.advance(1000);

    await stays;
    await expect(nextTurn(pacer, 'find', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  });
});
