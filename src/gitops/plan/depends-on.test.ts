import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dependencyCycle, dependsOnAnnotation, describeCycle, readDependencies } from './depends-on.ts';

describe('readDependencies', () => {
  const read = (text: string) => readDependencies({ namespace: 'argocd', annotations: { [dependsOnAnnotation]: text } });

  it('reads names of its own namespace and of others, each once', () => {
    expect(read('- stores\n- other/keys\n- argocd/stores\n')).toEqual({ keys: [{ namespace: 'argocd', name: 'stores' }, { namespace: 'other', name: 'keys' }], errors: [] });
    expect(read('[stores, other/keys.v1]').keys).toHaveLength(2);
    expect([readDependencies({ namespace: 'argocd' }), read('')]).toEqual([{ keys: [], errors: [] }, { keys: [], errors: [] }]);
  });

  it.each([
    ['stores', 'must be a list of NAME or NAMESPACE/NAME'],
    ['[Stores]', '[0]: must be NAME or NAMESPACE/NAME of an Application'],
    ['[a, a/b/c]', '[1]: must be NAME or NAMESPACE/NAME of an Application'],
    ['[/a]', '[0]: must be NAME or NAMESPACE/NAME of an Application'],
    ['[1]', '[0]: must be string, received number'],
    ['[a', 'not valid YAML: a quote, bracket, brace, comma, colon or space is missing (line 1)'],
    ['[a]\n---\n[b]', 'must be one YAML document'],
  ])('refuses %j', (text, message) => {
    expect(read(text)).toEqual({ keys: [], errors: [{ path: `metadata.annotations[${dependsOnAnnotation}]`, message }] });
  });
});

describe('dependencyCycle', () => {
  const graph = new Map([['a', ['b', 'c']], ['b', ['d']], ['c', ['d']], ['d', ['c']], ['e', ['e']]]);
  const of = (key: string): readonly string[] => graph.get(key) ?? [];

  it('finds the way back, and only for those that are on it', () => {
    expect(dependencyCycle('c', of)).toEqual(['c', 'd', 'c']);
    expect(dependencyCycle('e', of)).toEqual(['e', 'e']);
    expect(dependencyCycle('a', of)).toBeUndefined();
    expect(dependencyCycle('unknown', of)).toBeUndefined();
    expect(describeCycle(['c', 'd', 'c'])).toBe('waits for itself: c waits for d waits for c; take one of them out of prelude.dev/depends-on');
  });

  it('answers steps that are there, and finds none where everybody waits for later ones alone', () => {
    const edges = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), { maxLength: 30 });
    fc.assert(
      fc.property(edges, fc.boolean(), (pairs, isOrdered) => {
        const kept = isOrdered ? pairs.filter(([from, to]) => from < to) : pairs;
        const next = (key: string): readonly string[] => kept.filter(([from]) => String(from) === key).map(([, to]) => String(to));
        for (const start of Array.from({ length: 10 }, (_, index) => String(index))) {
          const cycle = dependencyCycle(start, next);
          if (isOrdered) expect(cycle).toBeUndefined();
          for (const [index, step] of (cycle ?? []).slice(1).entries()) expect(next(cycle?.[index] ?? '')).toContain(step);
          if (cycle !== undefined) expect([cycle.at(0), cycle.at(-1)]).toEqual([start, start]);
        }
      }),
    );
  });
});
