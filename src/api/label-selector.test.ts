import { expect, test } from 'vitest';
import { labelSelector, selectorMatches } from './label-selector.ts';

const labels = { team: 'devnet', tier: 'gold' };

test.each([
  ['the empty selector', {}, true],
  ['an equal label', { matchLabels: { team: 'devnet' } }, true],
  ['another value', { matchLabels: { team: 'mainnet' } }, false],
  ['one label of two', { matchLabels: { team: 'devnet', zone: 'a' } }, false],
  ['a name that objects have by birth', { matchLabels: { constructor: 'x' } }, false],
  ['In', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['gold', 'iron'] }] }, true],
  ['In without the label', { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false],
  ['NotIn', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold'] }] }, false],
  ['NotIn without the label', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
  ['Exists', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  ['Exists of a name that objects have by birth', { matchExpressions: [{ key: 'toString', operator: 'Exists' }] }, false],
  ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
])('%s', (_what, selector, expected) => {
  expect(selectorMatches(labelSelector.parse(selector), labels)).toBe(expected);
});
