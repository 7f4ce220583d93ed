import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wayBack } from './way-back.ts';

type Graph = Readonly<Record<string, readonly string[]>>;

const way = (graph: Graph, start: string): readonly string[] | undefined => wayBack(start, (node) => (graph[node] ?? []).map((to) => ({ to })))?.map(({ to }) => to);

describe('wayBack', () => {
  it('is none where nothing leads back', () => {
    expect(way({ a: ['b', 'c'], b: ['c'], c: [] }, 'a')).toBeUndefined();
  });

  it('leads over the node itself, or over others', () => {
    expect(way({ a: ['a'] }, 'a')).toEqual(['a']);
    expect(way({ a: ['b'], b: ['c'], c: ['b', 'a'] }, 'a')).toEqual(['b', 'c', 'a']);
  });

  it('leaves circles alone that the start is not in', () => {
    expect(way({ a: ['b'], b: ['c'], c: ['b'] }, 'a')).toBeUndefined();
  });

  it('tells nodes apart as it is told to', () => {
    const found = wayBack({ id: 1, fresh: 0 }, ({ id }) => [{ to: { id: (id + 1) % 3, fresh: Math.random() } }], ({ id }) => id);

    expect(found?.map(({ to }) => to.id)).toEqual([2, 0, 1]);
  });

  it('is found exactly where there is one, and each edge of it is there', () => {
    const node = fc.integer({ min: 0, max: 7 }).map(String);
    fc.assert(
      fc.property(fc.dictionary(node, fc.array(node, { maxLength: 4 })), node, (graph, start) => {
        const reached = new Set<string>();
        const pending = [...(graph[start] ?? [])];
        for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
          if (reached.has(at)) continue;
          reached.add(at);
          pending.push(...(graph[at] ?? []));
        }
        const found = way(graph, start);
        expect(found !== undefined).toBe(reached.has(start));
        for (const [index, to] of (found ?? []).entries()) expect(graph[found?.[index - 1] ?? start]).toContain(to);
      }),
    );
  });
});
