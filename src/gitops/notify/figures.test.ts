import { describe, expect, it } from 'vitest';
import type { Delivery } from './delivery.ts';
import { createFigures } from './figures.ts';

const start = 1_000_000;
const delivery = (state: Delivery['state'], more: Partial<Delivery> = {}): Delivery => ({ revision: 'a', state, since: start + 5_000, startedAt: start + 1_000, cause: '', ...more });

describe('figures of deliveries', () => {
  it('count a revision once when it becomes healthy, however often its health changes', () => {
    const figures = createFigures(start);

    expect(figures.note('x', delivery('pending'))).toEqual([]);
    expect(figures.note('x', delivery('deployed'))).toEqual([{ kind: 'delivered', revision: 'a', at: start + 5_000 }]);
    expect(figures.note('x', delivery('degraded', { since: start + 10_000 }))).toEqual([{ kind: 'failed', reason: 'degraded' }]);
    expect(figures.note('x', delivery('degraded', { since: start + 10_000 }))).toEqual([]);
    expect(figures.note('x', delivery('deployed', { since: start + 70_000 }))).toEqual([{ kind: 'restored', after: 60_000 }]);
  });

  it('count a rollback against the revision that it stands for, which is not counted again', () => {
    const figures = createFigures(start);
    const rollback = { rollback: { summary: 'rolled back', replaces: 'b' } };

    expect(figures.note('x', delivery('pending', rollback))).toEqual([{ kind: 'failed', reason: 'rolled_back' }]);
    expect(figures.note('x', delivery('deployed', rollback))).toEqual([]);
    figures.note('y', delivery('failed', { revision: 'b' }));
    expect(figures.note('y', delivery('deployed', rollback))).toEqual([{ kind: 'restored', after: 0 }]);
  });

  it('count nothing twice after a restart, and an outage from its beginning', () => {
    const figures = createFigures(start);
    const before = { startedAt: start - 90_000, since: start - 60_000 };
    figures.seed('x', delivery('degraded', before));

    expect(figures.note('x', delivery('degraded', before))).toEqual([]);
    expect(figures.note('x', delivery('deployed', { startedAt: start - 90_000, since: start + 1_000 }))).toEqual([{ kind: 'restored', after: 61_000 }]);
    expect(figures.note('z', delivery('deployed', before))).toEqual([]);
  });

  it('take a refused commit for no change: nothing has come of it', () => {
    expect(createFigures(start).note('x', delivery('failed', { isRefused: true }))).toEqual([]);
  });
});
