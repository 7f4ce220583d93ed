import { describe, expect, it } from 'vitest';
import { judgeLiveness, judgeReadiness } from './health.ts';

describe('judgeLiveness', () => {
  it('is alive while every source is idle or has made progress within the limit', () => {
    const verdict = judgeLiveness([{ name: 'application', stuckFor: () => 0 }, { name: 'external-secret', stuckFor: () => 300_000 }], 300_000);

    expect(verdict).toEqual({ ok: true, lines: ['ok   application', 'ok   external-secret'] });
  });

  it('is dead as soon as one has had work for longer and finished none', () => {
    const verdict = judgeLiveness([{ name: 'application', stuckFor: () => 301_000 }, { name: 'external-secret', stuckFor: () => 0 }], 300_000);

    expect(verdict).toEqual({ ok: false, lines: ['fail application: no progress for 301 s', 'ok   external-secret'] });
  });

  it('is alive with nothing to look at', () => {
    expect(judgeLiveness([], 1).ok).toBe(true);
  });
});

describe('judgeReadiness', () => {
  it('is ready when every cache is', () => {
    let synced = false;
    const caches = [{ name: 'secrets', ready: () => synced }];

    const before = judgeReadiness(caches);
    synced = true;
    const after = judgeReadiness(caches);

    expect(before).toEqual({ ok: false, lines: ['fail secrets: not yet'] });
    expect(after).toEqual({ ok: true, lines: ['ok   secrets'] });
  });
});
