import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('never lets more calls begin than its burst and what has come since', () => {
  const waits = fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 200, noNaN: true }), fc.integer({ min: 1, max: 50 }), waits, (rate, burst, pauses) => {
      const bucket = new TokenBucket(() => rate, () => burst, 0);
      let now = 0;
      let taken = 0;
      for (const pause of pauses) {
        now += pause;
        while (bucket.wait(now) === 0) {
          bucket.take(now);
          taken += 1;
        }
        if (taken > burst + (now / 1000) * rate + 0.01) return false;
      }
      return true;
    }),
  );
});

it('lets a call begin after the wait that it names', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 200, noNaN: true }), fc.integer({ min: 1, max: 20 }), (rate, calls) => {
      const bucket = new TokenBucket(() => rate, () => 1, 0);
      let now = 0;
      for (let call = 0; call < calls; call += 1) {
        now += bucket.wait(now);
        if (bucket.wait(now) > 0) return false;
        bucket.take(now);
      }
      return now <= (calls / rate) * 1000;
    }),
  );
});

it('has no limit at an infinite rate, and one call from a later moment on once it is reset to that', () => {
  let rate = Infinity;
  const bucket = new TokenBucket(() => rate, (perSecond) => Math.max(1, perSecond / 20), 0);
  for (let call = 0; call < 1000; call += 1) bucket.take(0);
  expect(bucket.wait(0)).toBe(0);
  rate = 10;
  bucket.reset(500);
  bucket.take(500);

  expect(bucket.wait(500)).toBeCloseTo(100);
});
