import { expect, test } from 'vitest';
import { ReverseIndex } from './reverse-index.ts';

test('items are found by each of their terms, and only by the latest ones', () => {
  const index = new ReverseIndex();
  index.set('a', ['x', 'y']);
  index.set('b', ['y']);

  index.set('a', ['z']);

  expect([...index.itemsOf('x')]).toEqual([]);
  expect([...index.itemsOf('y')]).toEqual(['b']);
  expect([...index.itemsOf('z')]).toEqual(['a']);
});

test('an item without terms is forgotten', () => {
  const index = new ReverseIndex();
  index.set('a', ['x']);

  index.set('a', []);

  expect([...index.itemsOf('x')]).toEqual([]);
});
