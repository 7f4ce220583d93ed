import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SecretBytes } from '../../lib/secret-bytes.ts';
import { secretJson } from './secret-json.ts';

function textOf(data: Readonly<Record<string, string | Uint8Array>>): string {
  const bytes = Object.entries(data).map(([key, value]) => [key, typeof value === 'string' ? SecretBytes.fromUtf8(value) : new SecretBytes(value)] as const);
  return Buffer.from(secretJson(new Map(bytes)).reveal()).toString('utf8');
}

test.each([
  ['nothing', {}, '{}'],
  ['keys in the order of their bytes', { b: '2', a: '1', B: '3', '\u{1f600}': '5', '\uffee': '4' }, '{"B":"3","a":"1","b":"2","\uffee":"4","\u{1f600}":"5"}'],
  ['no HTML escapes', { a: '<a href="x">&</a>' }, String.raw`{"a":"<a href=\"x\">&</a>"}`],
  ['the escapes of Go', { a: '\u0000\b\f\n\r\t\\\u2028\u2029\u007f' }, String.raw`{"a":"\u0000\b\f\n\r\t\\\u2028\u2029` + '\u007f"}'],
  ['one replacement for each byte that is not UTF-8', { a: Uint8Array.of(0x61, 0xff, 0xe2, 0x82, 0x62) }, String.raw`{"a":"a\ufffd\ufffd\ufffdb"}`],
])('%s', (_what, data, json) => {
  expect(textOf(data)).toBe(json);
});

test('what is UTF-8 comes back as it was, whatever it is', () => {
  const texts = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(texts, (data) => {
      expect(JSON.parse(textOf(data))).toEqual({ ...data });
    }),
    { numRuns: 40 },
  );
});
