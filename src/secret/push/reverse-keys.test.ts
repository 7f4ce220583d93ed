import { expect, test } from 'vitest';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { reverseKey, reverseKeys } from './reverse-keys.ts';

test.each([
  ['foo_U002f_bar', 'foo/bar'],
  ['_U002f_', '/'],
  ['a_U1f600_b', 'a😀b'],
  ['_Ud800_', '\ufffd'],
  ['a_U002F_b_U002f_c', 'a/b/c'],
  ['a_U2f_b', 'a_U2f_b'],
  ['a_U002fb', 'a_U002fb'],
  ['_U0041_U0042_', 'AU0042_'],
])('%s was %s before the conversion', (key, original) => {
  expect(reverseKey('ReverseUnicode', key)).toBe(original);
  expect(reverseKey('None', key)).toBe(key);
});

test('values keep their keys, or get those that they had', () => {
  const value = SecretBytes.fromUtf8('x');
  const data = new Map([['a_U002f_b', value], ['c', value]]);
  expect(reverseKeys('None', data)).toEqual({ ok: true, data });
  expect(reverseKeys('ReverseUnicode', data)).toEqual({ ok: true, data: new Map([['a/b', value], ['c', value]]) });
});
