import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printYaml } from './yaml-print.ts';
import { parseYaml } from './yaml.ts';

describe('printYaml', () => {
  it('quotes strings that a YAML 1.1 reader would take for something else', () => {
    expect(printYaml({ a: 'yes', b: '0644', c: '12:30', d: '', e: 'null', f: '1e3', g: 'plain', h: '2021-01-01' })).toBe(
      'a: "yes"\nb: "0644"\nc: "12:30"\nd: ""\ne: "null"\nf: "1e3"\ng: plain\nh: "2021-01-01"\n',
    );
  });

  it('keeps long text on one line and shared values written out', () => {
    const shared = { x: 'word '.repeat(40).trim() };

    expect(printYaml({ a: shared, b: shared })).toBe(`a:\n  x: ${shared.x}\nb:\n  x: ${shared.x}\n`);
  });

  it('sorts keys on request only', () => {
    expect(printYaml({ b: 1, a: { d: 1, c: 2 } })).toBe('b: 1\na:\n  d: 1\n  c: 2\n');
    expect(printYaml({ b: 1, a: { d: 1, c: 2 } }, { sortKeys: true })).toBe('a:\n  c: 2\n  d: 1\nb: 1\n');
  });

  it('prints text of several lines as a block, unless blanks at its start could be taken for indentation', () => {
    expect(printYaml({ a: 'one\ntwo\n', b: '\tone\n', c: 'one\n  \ntwo' })).toBe('a: |\n  one\n  two\nb: "\\tone\\n"\nc: "one\\n \\ \\ntwo"\n');
  });

  it('prints whatever it is given so that it reads back the same', () => {
    const tricky = fc.constantFrom('yes', 'N', 'on', '~', '<<', '0x1f', '0X1F', '0B1', '0O7', '0o7', '08', '1_0', '-', '---', '...', ': ', '#', ' x', 'x ', 'a\nb\n', '\n', '\t', '=', '!', '&a', '*a', '%', '@', '.inf', '+1', '0b1', '1:2', '.5', '5.');
    const text = fc.oneof(tricky, fc.string({ unit: fc.constantFrom(...Array.from('aé字😀 \n\t"\'\\:#-?,[]{}&*!|>%@`01.e+~<=')) }));
    const key = text.filter((s) => s !== '__proto__');
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0), fc.boolean(), fc.constant(null), text, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(key, tie('tree'), { maxKeys: 3, noNullPrototype: true })),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const [document] = parseYaml(printYaml({ value }));

        expect(document?.value).toEqual({ value });
      }),
      { numRuns: 500 },
    );
  });
});
