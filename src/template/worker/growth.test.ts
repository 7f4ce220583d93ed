import { describe, expect, it } from 'vitest';
import { threadsToStart } from './growth.ts';

describe('a growing pool', () => {
  const quiet = { starting: 0, busyForMs: [], ending: 0, waiting: 0 };

  it('starts nobody for nobody', () => {
    expect(threadsToStart({ ...quiet, busyForMs: [3] }, 2)).toBe(0);
  });

  it('starts as many as wait, up to its size', () => {
    expect(threadsToStart({ ...quiet, busyForMs: [3], waiting: 1 }, 2)).toBe(1);
    expect(threadsToStart({ ...quiet, busyForMs: [3], waiting: 5 }, 2)).toBe(1);
    expect(threadsToStart({ ...quiet, busyForMs: [3], waiting: 5 }, 4)).toBe(3);
    expect(threadsToStart({ ...quiet, busyForMs: [3, 3], waiting: 5 }, 2)).toBe(0);
  });

  it('counts those that are about to come', () => {
    expect(threadsToStart({ ...quiet, starting: 1, busyForMs: [3], waiting: 5 }, 4)).toBe(2);
    expect(threadsToStart({ ...quiet, starting: 1, waiting: 5 }, 2)).toBe(1);
    expect(threadsToStart({ ...quiet, starting: 1, waiting: 1 }, 2)).toBe(0);
  });

  it('goes beyond its size where all are stuck', () => {
    expect(threadsToStart({ ...quiet, busyForMs: [300, 101], waiting: 3 }, 2)).toBe(3);
    expect(threadsToStart({ ...quiet, busyForMs: [300, 100], waiting: 3 }, 2)).toBe(0);
    expect(threadsToStart({ ...quiet, starting: 1, busyForMs: [300, 101], waiting: 3 }, 2)).toBe(0);
  });

  it('never goes beyond eight, those that end included', () => {
    expect(threadsToStart({ ...quiet, busyForMs: [300, 300], waiting: 8 }, 2)).toBe(6);
    expect(threadsToStart({ ...quiet, busyForMs: [300, 300], ending: 5, waiting: 8 }, 2)).toBe(1);
    expect(threadsToStart({ ...quiet, ending: 8, waiting: 8 }, 2)).toBe(0);
    expect(threadsToStart({ ...quiet, busyForMs: Array.from({ length: 8 }, () => 300), waiting: 8 }, 8)).toBe(0);
  });
});
