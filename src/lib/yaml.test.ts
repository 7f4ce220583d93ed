import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { YamlError } from './yaml-error.ts';
import { parseYaml } from './yaml.ts';

function values(text: string): readonly unknown[] {
  return parseYaml(text).map(({ value }) => value);
}

function problemOf(input: string | Uint8Array, limits = {}): { readonly at: string; readonly problem: string } {
  try {
    parseYaml(input, limits);
  } catch (error) {
    if (error instanceof YamlError) return { at: `${error.line}:${error.column}`, problem: error.problem };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('parseYaml', () => {
  it('reads every document with the line its content starts on and leaves out empty ones', () => {
    const documents = parseYaml('# nothing\n---\n---\n# first\na: 1\n---\nnull\n---\nb: 2\n...\n');

    expect(documents.map(({ line, value }) => ({ line, value }))).toEqual([
      { line: 5, value: { a: 1 } },
      { line: 9, value: { b: 2 } },
    ]);
  });

  it('reads nothing from nothing', () => {
    expect(parseYaml('')).toEqual([]);
    expect(parseYaml('# only a comment\n')).toEqual([]);
  });

  it('reads plain scalars as the Kubernetes tools do (YAML 1.1)', () => {
    const text = 'a: yes\nb: Off\nc: n\nd: 0644\ne: 0o17\nf: 0x1F\ng: 1_000\nh: 2021-01-02\ni: 12:30\nj: 1e3\nk: ~\nl:\nm: "yes"\nN1: 08\no: -0\np: .5\nq: 0b101\nr: -0x10\ns: "<<"';

    expect(values(text)).toEqual([
      {
        a: true, b: false, c: false, d: 420, e: 15, f: 31, g: 1000, h: '2021-01-02', i: '12:30', j: 1000, k: null, l: null,
        m: 'yes', N1: 8, o: 0, p: 0.5, q: 5, r: -16, s: '<<',
      },
    ]);
  });

  it('takes keys as strings, with booleans and numbers spelt out', () => {
    expect(values('on: 1\n8080: 2\n"x": 3')).toEqual([{ true: 1, 8080: 2, x: 3 }]);
  });

  it('honours core tags and refuses others', () => {
    expect(values('a: !!str 12\nb: !!int "3"\nc: !!float 2\nd: ! 7')).toEqual([{ a: '12', b: 3, c: 2, d: '7' }]);
    expect(problemOf('a: 1\nb: !vault secret-word')).toEqual({ at: '2:11', problem: 'this tag is not supported, or does not fit the value' });
    expect(problemOf('a: !!binary aGk=').problem).toContain('tag');
    expect(problemOf('a: !!js/function x').problem).toContain('tag');
    expect(problemOf('!!set {a, b}').problem).toContain('tag');
  });

  it('copies what an alias stands for', () => {
    const [document] = values('base: &b {x: [1]}\none: *b\ntwo: *b') as [{ one: { x: number[] }; two: { x: number[] } }];

    expect(document.one).toEqual({ x: [1] });
    expect(document.one.x).not.toBe(document.two.x);
  });

  it('merges maps: own keys win, then the earlier of several', () => {
    const text = 'a: &a {x: 1, w: 1}\nb: &b {w: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd: {x: 4, <<: *a}\ne: {"<<": 5}';

    expect(values(text)).toMatchObject([{ c: { x: 3, w: 1, z: 2 }, d: { x: 4, w: 1 }, e: { '<<': 5 } }]);
    expect(problemOf('a: {<<: 1}').problem).toBe('<< takes a map or a list of maps');
  });

  it('reads JSON, tabs and all', () => {
    expect(values('{\n\t"a":\t[\n\t\t1,\n\t\t"\\u00e9\\/"\n\t],\n\t"b": null\n}\n')).toEqual([{ a: [1, 'é/'], b: null }]);
  });

  it('accepts a byte order mark and CRLF line ends', () => {
    const [document] = parseYaml(Buffer.from('\ufeffa: 1\r\nb:\r\n  c: x\r\n'));

    expect(document?.value).toEqual({ a: 1, b: { c: 'x' } });
    expect(document?.lineOf('b.c')).toBe(3);
  });

  it.each([
    ['a: 1\nb: 2\na: 3\n', '3:1', 'this key stands twice in the same map'],
    ['yes: 1\ntrue: 2\n', '2:1', 'this key stands twice in the same map'],
    ['a: {<<: {x: 1}, <<: {y: 1}}\n', '1:17', 'this key stands twice in the same map'],
    ['x:\n  __proto__: {admin: true}\n', '2:3', '__proto__ cannot be a key'],
    ['a: *later\n', '1:4', 'an alias refers to an anchor that is not set before it'],
    ['a: &a [1, *a]\n', '1:11', 'an alias stands inside the value it refers to'],
    ['? [1, 2]\n: x\n', '1:3', 'a key must be a string, a number or a boolean'],
    ['? null\n: x\n', '1:3', 'a key must be a string, a number or a boolean'],
    ['a: .inf\n', '1:4', 'infinity and not-a-number have no place in an object; quote the value'],
    ['a: 9007199254740993\n', '1:4', 'this integer is too large to be kept exactly; quote it if it is meant as text'],
    ['a:\n\tb: 1\n', '2:1', 'tabs cannot be used for indentation'],
    ['a: "open\n', '2:1', 'a quote, bracket, brace, comma, colon or space is missing'],
    ['a: [1, 2\n', '2:1', 'wrong indentation, or a bracket or brace is not closed'],
    ['a: b: c\n', '1:4', 'a nested mapping cannot stand on this line (is a quote or a line break missing?)'],
    ['a: \u0000\n', '1:4', 'a control character stands here'],
    ['a: @x\n', '1:4', 'a plain value cannot start with this character; quote it'],
  ])('refuses %j at %s: %s', (text, at, problem) => {
    expect(problemOf(text)).toEqual({ at, problem });
  });

  it('refuses what is not UTF-8 and says where', () => {
    expect(problemOf(Buffer.from([0x61, 0x3a, 0x20, 0x31, 0x0a, 0x62, 0x3a, 0x20, 0xff]))).toEqual({ at: '2:4', problem: 'this is not UTF-8 text' });
    expect(problemOf(Buffer.from('\ufeffa: 1', 'utf16le')).problem).toBe('this is not UTF-8 text');
  });

  it('bounds bytes, documents and depth', () => {
    expect(problemOf('a: 12345', { bytes: 5 }).problem).toBe('larger than 5 bytes');
    expect(problemOf('--- 1\n--- 2\n--- 3\n', { documents: 2 })).toEqual({ at: '3:1', problem: 'more than 2 documents' });
    expect(problemOf('a:\n b:\n  c: [d]\n', { depth: 3 }).problem).toBe('nested more than 3 levels deep');
    expect(values('a:\n b:\n  c: d\n')).toHaveLength(1);
  });

  it.each(['[', '{', '- ', '{a: ', '? ', '- - ? '])('refuses two hundred thousand nested %j quickly and without overflowing the stack', (opening) => {
    const started = performance.now();

    expect(problemOf(opening.repeat(200_000 / opening.length)).problem).toMatch(/nested|missing|malformed|indentation/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('refuses an alias bomb before it goes off', () => {
    const lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 12; i += 1) lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]`);

    expect(problemOf(lines.join('\n')).problem).toBe('aliases expand to more than 10000 values');
  });

  it('refuses a merge bomb before it goes off', () => {
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}: 1`).join(', ');
    const text = `a: &a {${keys}}\n${Array.from({ length: 200 }, (_, i) => `b${i}: {<<: [${Array.from({ length: 50 }, () => '*a').join(', ')}]}`).join('\n')}`;

    expect(problemOf(text).problem).toBe('aliases expand to more than 10000 values');
  });

  it('never quotes the text in an error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('a: "CANARY', 'a: CANARY: b: c', '!CANARY x', 'a: *CANARY', '%CANARY\n---\nx', 'a: "\\qCANARY"', 'CANARY: 1\nCANARY: 2', '- a\nCANARY', '[CANARY', '"x" CANARY', 'a: |CANARY\n x', '&CANARY *CANARY', '@CANARY', 'a: 99999999999999999999CANARY: x:'),
        fc.constantFrom('', 'x: 1\n', '--- \n'),
        (text, before) => {
          try {
            parseYaml(before + text);
          } catch (error) {
            expect(String(error)).not.toContain('CANARY');
          }
        },
      ),
    );
  });

  it('either reads any text or says what is wrong with it', () => {
    const piece = fc.constantFrom('a', ': ', '- ', '\n', '  ', '[', ']', '{', '}', '"', "'", '|', '>', '&x ', '*x', '!!str ', '# ', '---\n', '...\n', '? ', '<<: ', '\t', '0x', '~', ',', '%');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseYaml(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(YamlError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('lineOf', () => {
  const text = `apiVersion: v1
---
kind: Secret
metadata:
  annotations:
    a/b: x
spec:
  data:
    - name: one
      ref: {key: k}
    - name: two
      8080: y
base: &base
  inner: 1
copy: *base
merged:
  <<: *base
`;

  it.each([
    ['kind', 3],
    ['metadata.annotations[a/b]', 6],
    ['spec.data[0].ref.key', 10],
    ['spec.data[1]', 11],
    ['spec.data[1].name', 11],
    ['spec.data[1].8080', 12],
    ['copy.inner', 14],
    ['merged.inner', 14],
    ['spec.data[0].missing.field', 9],
    ['nowhere', 3],
    ['', 3],
  ])('of %s is %i', (path, line) => {
    expect(parseYaml(text)[1]?.lineOf(path)).toBe(line);
  });

  it('finds every path of generated data where it was printed', () => {
    const name = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(fc.dictionary(name, fc.array(name, { minLength: 1, maxLength: 4 }), { minKeys: 1, maxKeys: 6 }), (data) => {
        const lines: string[] = ['# head', '---'];
        const expected: (readonly [readonly (string | number)[], number])[] = [];
        for (const [key, list] of Object.entries(data)) {
          expected.push([[key], lines.push(`"${key}":`)]);
          for (const [index, item] of list.entries()) expected.push([[key, index], lines.push(`- "${item}"`)]);
        }

        const [document] = parseYaml(lines.join('\n'));

        for (const [path, line] of expected) expect(document?.lineOf(path)).toBe(line);
      }),
    );
  });
});
