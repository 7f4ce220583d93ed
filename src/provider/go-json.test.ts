import { describe, expect, it } from 'vitest';
import { goText, membersOf } from './go-json.ts';

// what json.Unmarshal into `any`, and GetByteValue after it, make of each
describe('the text of a JSON value', () => {
  it.each([
    ['"a\\u00e9\\n"', 'aé\n'],
    ['null', ''],
    ['true', 'true'],
    ['12345678901234567890', '12345678901234567890'],
    ['1.50', '1.5'],
    ['1e3', '1000'],
    ['1e-7', '0.0000001'],
    ['[]', '[]'],
    ['{ "b" : [ 1, 2.50, null ], "a" : "<&>" }', '{"a":"\\u003c\\u0026\\u003e","b":[1,2.5,null]}'],
    ['{"é":1,"z":2,"𝄞":3,"\\ufb00":4}', '{"z":2,"é":1,"\ufb00":4,"𝄞":3}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['[1e21, 1E-7, 0.000001]', '[1e+21,1e-7,0.000001]'],
    ['["\\u2028", "\\ud800", "\\b\\f\\u0001"]', '["\\u2028","\ufffd","\\b\\f\\u0001"]'],
  ])('%s', (raw, text) => {
    expect(goText(raw, 'plain')).toBe(text);
  });

  it('keeps numbers as written where that is asked for', () => {
    expect([goText('1.50', 'as-written'), goText('[1e3]', 'as-written')]).toEqual(['1.50', '[1e3]']);
  });
});

it('the members of an object are as they stand', () => {
  expect([...membersOf('{"a": [ 1 ], "b": "x", "a": {}}')]).toEqual([['a', '{}'], ['b', '"x"']]);
});
