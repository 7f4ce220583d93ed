import { expect, test } from 'vitest';
import type { MergeStep } from '../api/key-rewrite.ts';
import { SecretBytes } from '../lib/secret-bytes.ts';
import { mergeValues } from './merge-values.ts';
import type { Traced } from './provenance.ts';

const usual: MergeStep = { into: '', priority: [], priorityPolicy: 'Strict', conflictPolicy: 'Error', strategy: 'Extract' };

function merged(step: Partial<MergeStep>, values: Readonly<Record<string, string>>): Readonly<Record<string, string>> | string {
  const result = mergeValues({ ...usual, ...step }, new Map(Object.entries(values).map(([key, text]) => [key, traced(key, text)])));
  if (!result.ok) return `${result.problem.kind}: ${result.problem.message}`;
  return Object.fromEntries([...result.value].map(([key, { value }]) => [key, Buffer.from(value.reveal()).toString('utf8')]));
}

function traced(key: string, text: string): Traced {
  return { value: SecretBytes.fromUtf8(text), origin: { kind: 'store', store: 'SecretStore devnet/vault', key, version: '3' } };
}

test('the members of all objects take the place of the objects', () => {
  expect(merged({}, { a: '{"user":"seed"}', b: '{"password":"p"}' })).toEqual({ user: 'seed', password: 'p' });
});

test('a member is text: strings decoded, numbers plain, null empty, what is not a scalar JSON as Go writes it', () => {
  const object = '{"s":"\\u0041<","n":5432,"big":12345678901234567890,"f":1.50,"e":1e3,"t":true,"z":null,"o":{"b":"<","a":1},"l":[1, 2]}';

  expect(merged({}, { a: object })).toEqual({ s: 'A<', n: '5432', big: '12345678901234567890', f: '1.5', e: '1000', t: 'true', z: '', o: String.raw`{"a":1,"b":"\u003c"}`, l: '[1,2]' });
});

test('an object that is kept as JSON stands beside the others, sorted and without escapes for HTML', () => {
  expect(merged({ strategy: 'JSON', into: 'all' }, { b: '{"y":"<&>"}', a: '{"x":{"d":1,"c":12345678901234567890}}' })).toEqual({
    a: '{"x":{"d":1,"c":12345678901234567890}}',
    b: '{"y":"<&>"}',
    all: '{"x":{"c":12345678901234567890,"d":1},"y":"<&>"}',
  });
  expect(merged({ strategy: 'JSON', into: 'a' }, { a: '{"x":1}' })).toEqual({ a: '{"x":1}' });
});

test('two objects with the same member are in conflict, unless that is to be ignored', () => {
  const values = { b: '{"k":"of b","x":"of b"}', a: '{"k":"of a","x":"of a","z":""}' };

  expect(merged({}, values)).toBe('unusable: merge failed with conflicts: k, x');
  expect(merged({ conflictPolicy: 'Ignore' }, values)).toEqual({ k: 'of b', x: 'of b', z: '' });
  expect(merged({ conflictPolicy: 'Ignore', priority: ['a'] }, values)).toEqual({ k: 'of a', x: 'of a', z: '' });
  expect(merged({ conflictPolicy: 'Ignore', priority: ['b', 'a'] }, values)).toEqual({ k: 'of a', x: 'of a', z: '' });
});

test('many conflicts are not all named', () => {
  const object = JSON.stringify(Object.fromEntries(Array.from({ length: 12 }, (_unused, index) => [`k${String(index).padStart(2, '0')}`, ''])));

  expect(merged({}, { a: object, b: object })).toBe('unusable: merge failed with conflicts: k00, k01, k02, k03, k04, k05, k06, k07, k08, k09, and 2 more');
});

test('a key of priority must be there, unless that is not asked for', () => {
  expect(merged({ priority: ['gone'] }, { a: '{"k":"1"}' })).toBe('unusable: merge failed: the key "gone" of priority is not there');
  expect(merged({ priority: ['gone', 'a'], priorityPolicy: 'IgnoreNotFound' }, { a: '{"k":"1"}' })).toEqual({ k: '1' });
});

test.each(['text', '["hunter2"]', '"hunter2"', '', '{"a":"hunter2"', '{"a":"line\nbreak"}'])('%j is no object, and is not quoted', (text) => {
  expect(merged({}, { a: text })).toBe('unusable: merge failed: the value of "a" is not a JSON object');
});

test('null is an object without members, as it is to Go', () => {
  expect(merged({}, { a: 'null', b: '{"k":"1"}' })).toEqual({ k: '1' });
});

test('where a member came from is not forgotten, nor what an object was merged of', () => {
  const values = new Map([['a', traced('prod/a', '{"x":1}')], ['b', traced('prod/b', '{"y":2}')]]);
  const extracted = mergeValues(usual, values);
  const joined = mergeValues({ ...usual, strategy: 'JSON', into: 'all' }, values);

  expect(extracted.ok && extracted.value.get('x')?.origin).toEqual({ kind: 'store', store: 'SecretStore devnet/vault', key: 'prod/a', property: 'x', version: '3' });
  expect(joined.ok && joined.value.get('all')?.origin).toEqual({ kind: 'store', store: 'SecretStore devnet/vault', key: 'prod/a, prod/b' });
});
