import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonValue } from '../../src/provider/json-text.ts';
import { isSingular, JsonPathError, parseJsonPath } from './json-path.ts';
import { JsonWorkError, selectJson } from './select-json.ts';

const document = jsonValue('{"a": {"b": [1, {"c d": "x"}], "": null}, "list": ["first"], "a.b": 2, "deep": {"list": [{"id": 1, "n": "one"}, {"id": 2, "n": "two", "ok": true}, {"id": 3, "n": "it\'s"}]}}');

function select(path: string): readonly string[] {
  return selectJson(document, parseJsonPath(path));
}

describe('a JSONPath that leads to one value', () => {
  it.each([
    ['$', document],
    ['$.a.b[0]', '1'],
    ['$.a.b[1]["c d"]', '"x"'],
    ["$['a']['b'][ 1 ]['c d']", '"x"'],
    ['$["a.b"]', '2'],
    ['$.a[""]', 'null'],
    ['$.list[0]', '"first"'],
    ['$.a.b[-1]["c d"]', '"x"'],
    ['$.list[1]', undefined],
    ['$.list[-2]', undefined],
    ['$.list.first', undefined],
    ['$.a[0]', undefined],
    ['$.none.more', undefined],
  ])('%s', (path, found) => {
    expect(select(path)).toEqual(found === undefined ? [] : [found]);
    expect(isSingular(parseJsonPath(path))).toBe(true);
  });
});

describe('a JSONPath that leads to several values', () => {
  it.each([
    ['$.deep.list[*].id', ['1', '2', '3']],
    ['$.deep.list.*.id', ['1', '2', '3']],
    ['$..id', ['1', '2', '3']],
    ['$..list[0]', ['"first"', '{"id": 1, "n": "one"}']],
    ['$..["id"]', ['1', '2', '3']],
    ['$.deep..*.id', ['1', '2', '3']],
    ['$.deep.list[1:].id', ['2', '3']],
    ['$.deep.list[:-1].id', ['1', '2']],
    ['$.deep.list[::2].id', ['1', '3']],
    ['$.deep.list[::-1].id', ['3', '2', '1']],
    ['$.deep.list[2:0:-1].id', ['3', '2']],
    ['$.deep.list[::0]', []],
    ['$.deep.list[0,2].id', ['1', '3']],
    ['$.deep.list[0]["n","id","none"]', ['"one"', '1']],
    ['$.deep.list[?@.n=="two"].id', ['2']],
    ["$.deep.list[?(@.n == 'it\\'s')].id", ['3']],
    ['$.deep.list[?(@.ok)].id', ['2']],
    ['$.deep.list[?(!@.ok)].id', ['1', '3']],
    ['$.deep.list[?(@.id > 1 && @.id <= 3 || @.n == "one")].id', ['1', '2', '3']],
    ['$.deep.list[?(@.id >= 2 && (@.ok == true || @.id < 0))].id', ['2']],
    ['$.deep.list[?(@.n != "two")].id', ['1', '3']],
    ['$.deep.list[?(@.id == $.a.b[0])].n', ['"one"']],
    ['$.deep.list[?(@.id == "1")].n', []],
    ['$.deep.list[?(@.n < "tx" && @.n > "p")].id', ['2']],
    ['$.a[?(@ == null)]', ['null']],
    ['$.a[?(@ == $.a.b)][0]', ['1']],
  ])('%s', (path, found) => {
    expect(select(path)).toEqual(found);
    expect(isSingular(parseJsonPath(path))).toBe(false);
  });
});

describe('what is no JSONPath', () => {
  it.each(['', 'a', '$.', '$..', '$[]', '$[a]', '$.a b', '$["a]', '$[0', '$[?(@.a]', '$[?(@.a =~ "x")]', '$[?()]', '$[?(@.a == )]', '$[1 2]', '$a', ])('%j is refused', (path) => {
    expect(() => parseJsonPath(path)).toThrow(JsonPathError);
  });

  it('is one that is too long, or whose filters are too deep', () => {
    expect(() => parseJsonPath(`$${'.a'.repeat(2100)}`)).toThrow('more than 4096 characters');
    expect(() => parseJsonPath(`$${'[?(@'.repeat(40)}`)).toThrow('more than 32 filters');
  });

  it('is never a reason to fail otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '.', '..', '[', ']', '?', '(', ')', '@', '*', ':', ',', '"', "'", '\\', '==', '!', '&&', '||', 'a', '1', '-', ' ')), (parts) => {
        try {
          expect(Array.isArray(selectJson(document, parseJsonPath(`$${parts.join('')}`)))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(JsonPathError);
        }
      }),
    );
  });
});

it('a path finds what JSON.parse finds', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 4 }), fc.array(fc.oneof(fc.string(), fc.nat({ max: 3 })), { maxLength: 3 }), (value, steps) => {
      const path = `$${steps.map((step) => `[${typeof step === 'number' ? step : `"${step.replaceAll(/["\\]/g, String.raw`\$&`)}"`}]`).join('')}`;
      let expected: unknown = value;
      for (const step of steps) expected = typeof expected === 'object' && expected !== null && Array.isArray(expected) === (typeof step === 'number') && Object.hasOwn(expected, step) ? Reflect.get(expected, step) : undefined;

      const [found] = selectJson(jsonValue(JSON.stringify(value)), parseJsonPath(path));

      expect(found === undefined ? undefined : JSON.parse(found)).toEqual(expected === undefined ? undefined : JSON.parse(JSON.stringify(expected)));
    }),
  );
});

it('a path that takes too much work is given up', () => {
  const deep = `${'['.repeat(100)}${'1,'.repeat(1_000)}1${']'.repeat(100)}`;
  const wide = JSON.stringify({ list: Array.from({ length: 1_000 }, (_, id) => ({ id })) });

  expect(selectJson(jsonValue(deep), parseJsonPath('$..[0]')).length).toBe(100);
  expect(() => selectJson(jsonValue(wide), parseJsonPath('$.list[?($.list[?(@.id == -1)])]'))).toThrow(JsonWorkError);
});
