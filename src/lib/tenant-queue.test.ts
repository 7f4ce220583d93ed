import { describe, expect, it } from 'vitest';
import { TenantQueue } from './tenant-queue.ts';

describe('a queue of tenants', () => {
  const nobody = (): boolean => false;
  const filled = (...items: readonly string[]): TenantQueue<string> => {
    const queue = new TenantQueue<string>({ ofTenant: 3, inAll: 5 });
    for (const item of items) queue.add(item.slice(0, 1), item);
    return queue;
  };
  const takeAll = (queue: TenantQueue<string>, isBusy = nobody): string[] => {
    const taken: string[] = [];
    for (let item = queue.take(isBusy); item !== undefined; item = queue.take(isBusy)) taken.push(item);
    return taken;
  };

  it('lets tenants take turns, each in its own order', () => {
    expect(takeAll(filled('a1', 'a2', 'a3', 'b1', 'c1'))).toEqual(['a1', 'b1', 'c1', 'a2', 'a3']);
  });

  it('gives a tenant that comes anew a turn before what others have left', () => {
    const queue = filled('a1', 'a2', 'a3');
    expect(queue.take(nobody)).toBe('a1');
    queue.add('b', 'b1');

    expect(takeAll(queue)).toEqual(['a2', 'b1', 'a3']);
  });

  it('passes over tenants that are busy, and keeps their place', () => {
    const queue = filled('a1', 'b1', 'b2');

    expect(queue.take((tenant) => tenant === 'a')).toBe('b1');
    expect(queue.take((tenant) => tenant === 'b')).toBe('a1');
    expect(takeAll(queue, () => true)).toEqual([]);
    expect(queue.size).toBe(1);
  });

  it('is bounded, for a tenant and in all', () => {
    const queue = filled('a1', 'a2', 'a3');

    expect(queue.add('a', 'a4')).toBe('tenant');
    expect([queue.add('b', 'b1'), queue.add('c', 'c1'), queue.add('d', 'd1')]).toEqual([undefined, undefined, 'all']);
    expect(queue.size).toBe(5);
    queue.remove('a', 'a2');
    expect(queue.add('d', 'd1')).toBeUndefined();
    expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'd1', 'a3']);
    expect(queue.size).toBe(0);
  });

  it('lets go of an item once', () => {
    const queue = filled('a1', 'b1');
    queue.remove('a', 'a1');
    queue.remove('a', 'a1');
    queue.remove('z', 'z1');

    expect([queue.size, takeAll(queue)]).toEqual([1, ['b1']]);
  });

  it('counts whose turn may come', () => {
    const queue = filled('a1', 'a2', 'b1', 'c1');

    expect(queue.turns(nobody, 8)).toBe(3);
    expect(queue.turns(nobody, 2)).toBe(2);
    expect(queue.turns((tenant) => tenant !== 'b', 8)).toBe(1);
  });

  it('is empty once cleared', () => {
    const queue = filled('a1', 'b1', 'a2');

    expect(queue.clear()).toEqual(['a1', 'a2', 'b1']);
    expect([queue.size, queue.take(nobody), queue.turns(nobody, 8)]).toEqual([0, undefined, 0]);
  });
});
