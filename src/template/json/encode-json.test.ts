import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { jsonValues, wholeTexts } from '../../../test/support/template/json-values.ts';
import { FunctionError, LimitError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { anyType, dict, intTypes, list, mapOf, sliceOf } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { GoMap, Int, Slice } from '../value/value.ts';
import { decodeJson } from './decode-json.ts';
import { encodeJson } from './encode-json.ts';

const encode = (value: Value, limits?: { readonly steps: number; readonly bytes: number }): string => encodeJson(value, {}, testContext(limits).meter);

describe('encodeJson', () => {
  it('writes what reads as the same value', () => {
    fc.assert(
      fc.property(jsonValues(wholeTexts), fc.constantFrom({}, { indent: '  ' }, { escapeHtml: false }), (value, options) => {
        const { meter } = testContext();

        expect(decodeJson(encodeJson(value, options, meter), meter)).toEqual(value);
      }),
    );
  });

  it('tells nil lists and maps from empty ones', () => {
    expect(encode(list([new Slice(sliceOf(anyType), [], true), list([]), new GoMap(mapOf(anyType), new Map(), true), dict()]))).toBe('[null,[],null,{}]');
  });

  it('writes bytes in base64', () => {
    const bytes = new Slice(sliceOf(intTypes.uint8), [1n, 255n].map((byte) => new Int(intTypes.uint8, byte)));

    expect(encode(bytes)).toBe('"Af8="');
  });

  it('replaces what is not UTF-8, byte by byte, and escapes what HTML and JavaScript would take for their own', () => {
    expect(encode(`\xff${fromText('é\u2028<&>')}\xc3`)).toBe(`"\\ufffd${fromText('é')}\\u2028\\u003c\\u0026\\u003e\\ufffd"`);
  });

  it('refuses a map that contains itself, and numbers that JSON does not have', () => {
    const inner = list([]);
    const map = dict([['inner', inner]]);
    inner.items.push(map);

    expect(() => encode(map)).toThrow(FunctionError);
    expect(() => encode(list([Number.NaN]))).toThrow(FunctionError);
    expect(() => encode(Number.POSITIVE_INFINITY)).toThrow(FunctionError);
  });

  it('writes a map that stands twice in another', () => {
    const shared = dict([['a', 1]]);

    expect(encode(list([shared, shared]))).toBe('[{"a":1},{"a":1}]');
  });

  it('ends at the limits of nesting, of work, and of memory', () => {
    let deep: Value = list([]);
    for (let depth = 1; depth < 1000; depth += 1) deep = list([deep]);
    let wide: Value = 'x'.repeat(1000);
    for (let round = 0; round < 20; round += 1) wide = list([wide, wide]);

    expect(encode(deep)).toBe('['.repeat(1000) + ']'.repeat(1000));
    expect(() => encode(list([deep]))).toThrow(LimitError);
    expect(() => encode(wide, { steps: 10_000, bytes: 1e9 })).toThrow(LimitError);
    expect(() => encode(wide, { steps: 1e9, bytes: 100_000 })).toThrow(LimitError);
  });
});
