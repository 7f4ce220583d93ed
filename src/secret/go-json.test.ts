import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goJson } from './go-json.ts';

test.each([
  ['{ "b" : 1 , "a" : [ 1 , { "d" : null , "c" : true } ] }', '{"a":[1,{"c":true,"d":null}],"b":1}'],
  ['{"a":1,"a":2}', '{"a":2}'],
  ['[]', '[]'],
  ['{}', '{}'],
  [' [ ] ', '[]'],
  ['12345678901234567890', '12345678901234567890'],
  ['{"n":1.50,"e":1e3}', '{"e":1e3,"n":1.50}'],
  [String.raw`"\u0041\u2028\/\b\f\n\r\t\u0001"`, String.raw`"A\u2028/\b\f\n\r\t\u0001"`],
  [String.raw`"\ud800"`, '"\uFFFD"'],
  ['{"\uFFFD":1,"😀":2,"~":3}', '{"~":3,"\uFFFD":1,"😀":2}'],
  ['{"__proto__":{"b":1,"a":2}}', '{"__proto__":{"a":2,"b":1}}'],
])('%s is written as Go writes it: %s', (text, expected) => {
  expect(goJson(text, false)).toBe(expected);
});

test('what HTML would read is escaped where Go escapes it', () => {
  expect(goJson('{"<&>":"a<b"}', true)).toBe(String.raw`{"\u003c\u0026\u003e":"a\u003cb"}`);
  expect(goJson('{"<&>":"a<b"}', false)).toBe('{"<&>":"a<b"}');
});

test('whatever JSON says, it says the same when it is written', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), fc.boolean(), (json, space, escapeHtml) => {
      const spaced = JSON.stringify(JSON.parse(json), undefined, space);
      const written = goJson(spaced, escapeHtml);

      expect(JSON.parse(written)).toEqual(JSON.parse(spaced.toWellFormed()));
      expect(goJson(written, escapeHtml)).toBe(written);
    }),
  );
});
