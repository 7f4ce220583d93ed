import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonValue } from '../../src/provider/json-text.ts';
import { followJsonPath, JsonPathError, parseJsonPath } from './json-path.ts';

const document = jsonValue('{"a": {"b": [1, {"c d": "x"}], "": null}, "list": ["first"], "a.b": 2}');

describe('a JSONPath', () => {
  it.each([
    ['$', document],
    ['$.a.b[0]', '1'],
    ['$.a.b[1]["c d"]', '"x"'],
    ["$['a']['b'][ 1 ]['c d']", '"x"'],
    ['$["a.b"]', '2'],
    ['$.a[""]', 'null'],
    ['$.list[0]', '"first"'],
    ['$.list[1]', undefined],
    ['$.list.first', undefined],
    ['$.a[0]', undefined],
    ['$.none.more', undefined],
  ])('%s', (path, found) => {
    expect(followJsonPath(document, parseJsonPath(path))).toBe(found);
  });

  it.each(['', 'a', '$.', '$..a', '$.*', '$[*]', '$[1:2]', '$[?(@.a)]', '$[-1]', '$.a b', '$["a]', '$[0,1]', '$a'])('%s is refused', (path) => {
    expect(() => parseJsonPath(path)).toThrow(JsonPathError);
  });

  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }), fc.array(fc.oneof(fc.string(), fc.nat({ max: 3 })), { maxLength: 3 }), (value, steps) => {
        const path = `$${steps.map((step) => `[${typeof step === 'number' ? step : `"${step.replaceAll(/["\\]/g, String.raw`\$&`)}"`}]`).join('')}`;
        let expected: unknown = value;
        for (const step of steps) expected = typeof expected === 'object' && expected !== null && Array.isArray(expected) === (typeof step === 'number') && Object.hasOwn(expected, step) ? Reflect.get(expected, step) : undefined;

        const found = followJsonPath(jsonValue(JSON.stringify(value)), parseJsonPath(path));

        expect(found === undefined ? undefined : JSON.parse(found)).toEqual(expected === undefined ? undefined : JSON.parse(JSON.stringify(expected)));
      }),
    );
  });
});
