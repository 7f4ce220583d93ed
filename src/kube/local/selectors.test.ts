import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatLabelSelector, type LabelRequirement, type LabelSelector, selectorMatches } from '../../api/label-selector.ts';
import type { KubeObject } from '../../api/object.ts';
import { parseLabelSelector, selects } from './selectors.ts';

function thing(name: string, labels: Readonly<Record<string, string>> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'ns', labels } };
}

describe('parseLabelSelector', () => {
  it.each<[string, LabelRequirement]>([
    ['a=b', { key: 'a', operator: 'In', values: ['b'] }],
    ['a==b', { key: 'a', operator: 'In', values: ['b'] }],
    [' a = b ', { key: 'a', operator: 'In', values: ['b'] }],
    ['a=', { key: 'a', operator: 'In', values: [''] }],
    ['a!=b', { key: 'a', operator: 'NotIn', values: ['b'] }],
    ['a in (b, c)', { key: 'a', operator: 'In', values: ['b', 'c'] }],
    ['a in (,b)', { key: 'a', operator: 'In', values: ['', 'b'] }],
    ['a notin (b)', { key: 'a', operator: 'NotIn', values: ['b'] }],
    ['example.com/a', { key: 'example.com/a', operator: 'Exists', values: [] }],
    ['!a', { key: 'a', operator: 'DoesNotExist', values: [] }],
    ['in', { key: 'in', operator: 'Exists', values: [] }],
  ])('reads %j', (text, requirement) => {
    expect(parseLabelSelector(text).matchExpressions).toEqual([requirement]);
  });

  it.each(['a in', 'a in (', 'a in (b', 'a=b=c', '=b', 'a,,b', '!', 'a b', 'a notin b', 'a=b c', '-a', 'a in (b)c'])('refuses %j', (text) => {
    expect(() => parseLabelSelector(text)).toThrow(expect.objectContaining({ kind: 'invalid' }));
  });

  it('reads back every selector it could be given', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?$/);
    const value = fc.stringMatching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?)?$/);
    const requirement: fc.Arbitrary<LabelRequirement> = fc.oneof(
      fc.record({ key: name, operator: fc.constantFrom('In' as const, 'NotIn' as const), values: fc.array(value, { minLength: 1, maxLength: 4 }) }),
      fc.record({ key: name, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant([]) }),
    );
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 5 }), (matchExpressions) => {
        expect(parseLabelSelector(matchExpressions.map(print).join(','))).toEqual({ matchLabels: {}, matchExpressions });
      }),
    );
  });

  it('never takes text for something else: whatever it reads, it reads the same when printed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', '!', '=', ',', '(', ')', ' ', ' in ', ' notin '), maxLength: 20 }), fc.string()), (text) => {
        let parsed: ReturnType<typeof parseLabelSelector>;
        try {
          parsed = parseLabelSelector(text);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid' });
          return;
        }
        expect(parseLabelSelector(parsed.matchExpressions.map(print).join(','))).toEqual(parsed);
        expect(selectorMatches(parsed, {})).toBe(parsed.matchExpressions.every(({ operator }) => operator === 'NotIn' || operator === 'DoesNotExist'));
      }),
      { numRuns: 500 },
    );
  });
});

function print({ key, operator, values }: LabelRequirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
}

describe('a selection', () => {
  it('is of all that its parts select together', () => {
    const matches = selects({ namespace: 'ns', labelSelector: 'a=b', fieldSelector: 'metadata.name!=x,metadata.namespace=ns' });

    expect([thing('y', { a: 'b' }), thing('x', { a: 'b' }), thing('y')].map(matches)).toEqual([true, false, false]);
  });

  it('refuses a field that it does not know, and says which it does', () => {
    expect(() => selects({ fieldSelector: 'spec.nodeName=x' })).toThrow('it takes metadata.name and metadata.namespace');
  });
});

describe('formatLabelSelector', () => {
  it('writes what parseLabelSelector reads as the same', () => {
    const word = fc.stringMatching(/^[a-z]([-a-z0-9]{0,3}[a-z0-9])?$/);
    const set = fc.record({ key: word, operator: fc.constantFrom('In' as const, 'NotIn' as const), values: fc.array(word, { minLength: 1, maxLength: 3 }) });
    const presence = fc.record({ key: word, operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const), values: fc.constant<string[]>([]) });
    const selector = fc.record({ matchLabels: fc.dictionary(word, word, { maxKeys: 2 }), matchExpressions: fc.array(fc.oneof(set, presence), { maxLength: 3 }) });
    fc.assert(
      fc.property(selector, ({ matchLabels, matchExpressions }: LabelSelector) => {
        const equalities = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] }));
        expect(parseLabelSelector(formatLabelSelector({ matchLabels, matchExpressions })).matchExpressions).toEqual([...equalities, ...matchExpressions]);
      }),
    );
  });
});
