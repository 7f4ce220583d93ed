import { describe, expect, it } from 'vitest';
import { inSealingOrder, nextKeyAt, sealingProblem } from './key-policy.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 0, 31);

function key(name: string, { issued, made = issued, good = 3650 }: { readonly issued: number; readonly made?: number; readonly good?: number }) {
  return { name, createdAt: now - made * day, key: { certificate: { notBefore: now - issued * day, notAfter: now + (good - issued) * day } } };
}

const monthly = { order: 'CertNotBefore', period: 30 * day } as const;

describe('the key that seals', () => {
  it('is the newest by its certificate, or by its Secret where that is asked for', () => {
    const [brought, own] = [key('brought', { issued: 400, made: 1 }), key('own', { issued: 20 })];
    expect(inSealingOrder([brought, own], 'CertNotBefore', now).map(({ name }) => name)).toEqual(['own', 'brought']);
    expect(inSealingOrder([brought, own], 'SecretCreationTimestamp', now).map(({ name }) => name)).toEqual(['brought', 'own']);
  });

  it('is not one whose certificate has expired or is not valid yet, while another is', () => {
    const keys = [key('future', { issued: -1, made: 0 }), key('expired', { issued: 1, good: 0.5 }), key('good', { issued: 300 })];
    expect(inSealingOrder(keys, 'CertNotBefore', now)[0]?.name).toBe('good');
    expect(sealingProblem(key('expired', { issued: 1, good: 0.5 }), now)).toMatch(/expired/);
    expect(sealingProblem(key('ending', { issued: 1, good: 20 }), now)).toMatch(/expires on 2026-02-19/);
    expect(sealingProblem(key('good', { issued: 1 }), now)).toBeUndefined();
  });
});

describe('the next key', () => {
  it('is due at once where there is none, then after each period', () => {
    expect(nextKeyAt([], monthly, now)).toBe(now);
    expect(nextKeyAt([key('a', { issued: 40 }), key('b', { issued: 10 })], monthly, now)).toBe(now + 20 * day);
    expect(nextKeyAt([key('a', { issued: 40 })], monthly, now)).toBe(now - 10 * day);
    expect(nextKeyAt([key('a', { issued: 400 })], { ...monthly, period: 0 }, now)).toBeUndefined();
  });

  it('does not follow one that was brought with an old certificate before a whole period is over, at no start and at no look', () => {
    const brought = key('brought', { issued: 400, made: 3 });
    expect(nextKeyAt([brought], monthly, now)).toBe(now + 27 * day);
    // and the one that is made then is young by both counts
    const made = { ...key('made', { issued: 0 }) };
    expect(nextKeyAt([brought, made], monthly, now)).toBe(now + 30 * day);
  });

  it('does not wait for one whose certificate begins in the future', () => {
    expect(nextKeyAt([key('future', { issued: -300, made: 10 })], monthly, now)).toBe(now + 30 * day);
  });

  it('is due where the newest is from before the cutoff, once that is over', () => {
    const keys = [key('a', { issued: 5 })];
    expect(nextKeyAt(keys, { ...monthly, cutoff: now - 4 * day }, now)).toBe(now);
    expect(nextKeyAt(keys, { ...monthly, cutoff: now - 6 * day }, now)).toBe(now + 25 * day);
    expect(nextKeyAt(keys, { ...monthly, cutoff: now + day }, now)).toBe(now + 25 * day);
  });
});
