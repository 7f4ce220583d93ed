import { expect, test } from 'vitest';
import { readField, readLeaf } from './rendered-field.ts';

test.each([
  ['5432', 5432],
  ['true', true],
  ['"5432"', '5432'],
  ["'yes'", 'yes'],
  ['a text', 'a text'],
  ['[1, two]', [1, 'two']],
  ['{a: 1}', { a: 1 }],
  ['', ''],
  // what is no YAML is a text like any other
  ['{broken', '{broken'],
  ['@at', '@at'],
  ['a: b: c', 'a: b: c'],
  // and a text of many lines keeps them
  ['-----BEGIN KEY-----\nAAAA\nBBBB\n-----END KEY-----\n', '-----BEGIN KEY-----\nAAAA\nBBBB\n-----END KEY-----\n'],
])('the value %j is %j', (text, value) => {
  expect(readLeaf(text)).toEqual(value);
});

test('a value that is too long to be looked at as YAML is a text', () => {
  const list = `[${'1,'.repeat(32 * 1024 - 2)}1]`;

  expect(readLeaf(list)).toHaveLength(32 * 1024 - 1);
  expect(readLeaf(`${list}  `)).toBe(`${list}  `);
});

test('a whole field may be anything, or nothing', () => {
  expect([readField('- a\n- b: 1\n'), readField('a: {b: 1}'), readField('5'), readField('# none\n')]).toEqual([['a', { b: 1 }], { a: { b: 1 } }, 5, undefined]);
});
