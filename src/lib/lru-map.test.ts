import { describe, expect, it } from 'vitest';
import { LruMap } from './lru-map.ts';

describe('an LRU map', () => {
  it('forgets what has not been used for longest', () => {
    const map = new LruMap<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);

    expect([map.get('a'), map.get('b'), map.get('c'), map.size]).toEqual([1, undefined, 3, 2]);
  });

  it('weighs its entries, replaced and deleted ones no longer', () => {
    const map = new LruMap<string>(10, (text) => text.length);
    map.set('a', 'xxxxx');
    map.set('a', 'xxxx');
    map.set('b', 'xxxxxx');
    expect([map.get('a'), map.get('b')]).toEqual(['xxxx', 'xxxxxx']);

    map.delete('b');
    map.delete('b');
    map.set('c', 'xxxxxx');
    expect([map.get('a'), map.get('c')]).toEqual(['xxxx', 'xxxxxx']);
  });

  it('does not keep what is too heavy by itself', () => {
    const map = new LruMap<string>(3, (text) => text.length);
    map.set('a', 'xxxx');

    expect(map.size).toBe(0);
  });
});
