import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonValues } from '../../../test/support/template/json-values.ts';
import { testContext } from '../../../test/support/template/our-answer.ts';
import { FunctionError, LimitError } from '../template-error.ts';
import { fromText } from '../value/byte-string.ts';
import { dict, list } from '../value/go-type.ts';
import type { Value } from '../value/value.ts';
import { decodeYaml } from './decode-yaml.ts';
import { encodeYaml } from './encode-yaml.ts';

const encode = (value: Value, limits?: { readonly steps: number; readonly bytes: number }): string => encodeYaml(value, testContext(limits).meter);

describe('encodeYaml', () => {
  // save for the key `<<`, which go-yaml writes without the quotes that it needs
  it('writes what reads as the same value', () => {
    const tricky = fc.constantFrom('yes', 'N', '~', '0x1f', '08', '1_0', '-', '---', '...', ': ', ' #', '#', ' ', '  ', '\n', '\t', '=', '!', '&a', '*a', '%', "'", '"', '2001-01-01', '1:2', '.inf', 'é', '😀');
    const texts = fc.oneof(tricky, fc.array(fc.oneof(tricky, fc.string({ unit: fc.constantFrom(...Array.from('ab01 .,?[]{}|>@`\\')) }))).map((parts) => parts.join('')));
    fc.assert(
      fc.property(jsonValues(texts), (value) => {
        const { meter } = testContext();

        expect(decodeYaml(encodeYaml(value, meter), meter)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('writes blocks, sorted by the numbers in their keys, with list items at the column of the key', () => {
    const value = dict([
      ['item10', list(['a', dict([['b', 1], ['c', list([])]])])],
      ['item9', 'one\ntwo\n'],
      ['on', 'off'],
      [fromText('é'), dict()],
    ]);

    expect(encode(value)).toBe(fromText('item9: |\n  one\n  two\nitem10:\n- a\n- b: 1\n  c: []\n"on": "off"\né: {}\n'));
  });

  it('folds long lines where they have spaces', () => {
    const long = 'x'.repeat(80);

    expect(encode(dict([['a', `${long} y  z`]]))).toBe(`a: ${long}\n  y  z\n`);
    expect(encode(dict([['a', `${long}\t  y`]]))).toBe(`a: "${long}\\t\n  \\ y"\n`);
    expect(encode(dict([['a', `# ${long} y`]]))).toBe(`a: '# ${long}\n  y'\n`);
  });

  it('refuses strings that JSON has, but YAML has not', () => {
    expect(() => encode('\x7f')).toThrow(FunctionError);
    expect(() => encode(dict([['k'.repeat(1100), 1]]))).toThrow(FunctionError);
  });

  it('ends at the limits of nesting, of work, and of memory', () => {
    let deep: Value = list([]);
    for (let depth = 1; depth < 1000; depth += 1) deep = list([deep]);
    let wide: Value = 'x\n'.repeat(500);
    for (let round = 0; round < 20; round += 1) wide = list([wide, wide]);

    expect(encode(deep)).toBe(`${'- '.repeat(999)}[]\n`);
    expect(() => encode(list([deep]))).toThrow(LimitError);
    expect(() => encode(wide, { steps: 10_000, bytes: 1e9 })).toThrow(LimitError);
    expect(() => encode(wide, { steps: 1e9, bytes: 100_000 })).toThrow(LimitError);
  });

  it('charges for lines before it makes any', () => {
    const meter = { steps: 1e9, bytes: 2_000_000 };

    expect(encode(dict([['a', `${'y\n'.repeat(20_000)}\n\nx`]]), meter)).toBe(`a: |-\n${'  y\n'.repeat(20_000)}\n\n  x\n`);
    for (const text of ['\n'.repeat(200_000), '\u00c2\u0085'.repeat(50_000)]) expect(() => encode(dict([['a', text]]), meter)).toThrow(LimitError);
  });
});
