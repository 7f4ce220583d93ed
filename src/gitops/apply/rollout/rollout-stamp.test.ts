import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsumedNow, decideStamp, formatConsumed, parseConsumed } from './rollout-stamp.ts';

const one: ConsumedNow = { keyId: 'k1', hash: 'h1', versions: 'v1' };

describe('decideStamp', () => {
  it('starts from what a new workload has, and rolls nothing', () => {
    expect(decideStamp({}, one)).toEqual({ consumed: 'k1.h1.v1' });
  });

  it('leaves everything as it is where a Secret was written with the same values', () => {
    expect(decideStamp({ consumed: 'k1.h1.v1', rotation: 'h0' }, { ...one, versions: 'v2' })).toEqual({ consumed: 'k1.h1.v1', rotation: 'h0' });
  });

  it('rolls where a value has changed', () => {
    expect(decideStamp({ consumed: 'k1.h1.v1' }, { ...one, hash: 'h2', versions: 'v2' })).toEqual({ consumed: 'k1.h2.v2', rotation: 'h2' });
  });

  it.each(['', 'k1.h1', 'k0.h0.v0', 'k1..v1', 'a.b.c.d'])('rolls nothing where it cannot know what was read before: %j', (consumed) => {
    expect(decideStamp({ consumed, rotation: 'r' }, one)).toEqual({ consumed: 'k1.h1.v1', rotation: 'r' });
  });

  it('is settled after one step, whatever stood there', () => {
    const stamp = fc.record({ consumed: fc.string(), rotation: fc.string() }, { requiredKeys: [] });
    fc.assert(fc.property(stamp, (live) => {
      const once = decideStamp(live, one);
      expect(decideStamp(once, one)).toEqual(once);
      expect(parseConsumed(once.consumed)?.hash).toBe('h1');
    }));
  });

  it('reads what it writes', () => {
    expect(parseConsumed(formatConsumed(one))).toEqual(one);
  });
});
