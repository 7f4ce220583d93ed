import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeField, covers, FieldError, overlay } from './set-field.ts';

test('what is missing on the way is made, and nothing else is touched', () => {
  expect(changeField({}, ['spec', 'a', 'b', 2, 'c'], () => 1)).toEqual({ spec: { a: { b: [null, null, { c: 1 }] } } });
  expect(changeField({ spec: { a: 1, b: [{ c: 2 }] } }, ['spec', 'b', 0, 'd'], () => 3)).toEqual({ spec: { a: 1, b: [{ c: 2, d: 3 }] } });
});

test('the tree itself stays as it was', () => {
  const tree = { spec: { list: [1] } };
  changeField(tree, ['spec', 'list', 0], () => 2);
  expect(tree).toEqual({ spec: { list: [1] } });
});

test('nothing is put where it does not fit', () => {
  expect(() => changeField({ spec: 'text' }, ['spec', 'a'], () => 1)).toThrow(FieldError);
  expect(() => changeField({ spec: {} }, ['spec', 0], () => 1)).toThrow(FieldError);
  expect(() => changeField({ spec: [] }, ['spec', 'a'], () => 1)).toThrow(FieldError);
});

test('maps are laid over maps at all depths, lists over lists as a whole', () => {
  expect(overlay({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] }, e: null })).toEqual({ a: { b: 1, c: [3] }, d: 1, e: null });
});

test('a live tree covers what is wanted with more in its maps, and not with more in its lists', () => {
  expect(covers({ a: 1, filled: true, list: [{ b: 1, filled: 0 }] }, { a: 1, list: [{ b: 1 }], unset: null })).toBe(true);
  expect(covers({ list: [1, 2] }, { list: [1] })).toBe(false);
  expect(covers({ a: '1' }, { a: 1 })).toBe(false);
  expect(covers({}, { a: {} })).toBe(false);
});

test('whatever is laid over a tree, the result covers it', () => {
  const tree = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 3 }));
  fc.assert(fc.property(tree, tree, (under, over) => covers(overlay(under, over), over)));
});
