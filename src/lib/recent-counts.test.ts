import { expect, test } from 'vitest';
import { RecentCounts } from './recent-counts.ts';

test('what happened longer ago than the span does not count', () => {
  const counts = new RecentCounts(60, 8);
  counts.record('a', 0);
  counts.record('a', 50);
  expect([counts.count('a', 59), counts.count('a', 60), counts.count('a', 110), counts.count('b', 59)]).toEqual([2, 1, 0, 0]);
});

test('it remembers no more than it may, and forgets what is idle', () => {
  const counts = new RecentCounts(60, 2);
  for (const id of ['a', 'b', 'a', 'c']) counts.record(id, 1);
  expect([counts.count('a', 2), counts.count('b', 2), counts.count('c', 2)]).toEqual([2, 0, 1]);
});
