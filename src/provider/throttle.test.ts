import { expect, it } from 'vitest';
import { ProviderError } from './provider-error.ts';
import { Throttle } from './throttle.ts';

const slowDown = new ProviderError('throttled', 'slow down');

it('waits twice as long from one refusal to the next, up to the bound, and starts anew after a call that went well', () => {
  const throttle = new Throttle(3000);
  const waits: number[] = [];
  let now = 0;
  for (let call = 0; call < 4; call += 1) {
    throttle.heed(slowDown, now, now);
    waits.push(throttle.until - now);
    now = throttle.until;
  }
  throttle.relent(now);
  throttle.heed(slowDown, now, now);

  expect([...waits, throttle.until - now]).toEqual([1000, 2000, 3000, 3000, 1000]);
});

it('takes refusals of calls that had begun together for one', () => {
  const throttle = new Throttle(60_000);

  expect(throttle.heed(slowDown, 0, 100)).toBe(true);
  expect(throttle.heed(slowDown, 50, 110)).toBe(false);
  expect(throttle.until).toBe(1100);
});

it('waits as long as the longest wait that one of them names, and no longer than the bound', () => {
  const throttle = new Throttle(3000);
  throttle.heed(slowDown, 0, 100);
  throttle.heed(new ProviderError('throttled', 'slow down', { retryAfter: 2500 }), 0, 100);
  expect(throttle.until).toBe(2600);
  throttle.heed(new ProviderError('throttled', 'slow down', { retryAfter: 86_400_000 }), 0, 100);

  expect(throttle.until).toBe(3100);
});

it('is not relieved by a call that had begun before the refusal', () => {
  const throttle = new Throttle(60_000);
  throttle.heed(slowDown, 0, 100);
  throttle.relent(50);
  throttle.heed(slowDown, 1100, 1100);

  expect(throttle.until).toBe(1100 + 2000);
});
