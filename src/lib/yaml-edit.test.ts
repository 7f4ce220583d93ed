import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseYaml } from './yaml.ts';
import { editYaml, type YamlEdit } from './yaml-edit.ts';
import { YamlError } from './yaml-error.ts';
import { printYaml } from './yaml-print.ts';

const set = (path: YamlEdit['path'], entries: Readonly<Record<string, string>>, document = 0): YamlEdit => ({ document, path, entries: new Map(Object.entries(entries)) });

const block = `# head
apiVersion: v1   # here
spec:
  data: # sealed
    "a": 'old'  # of a

    b:   "old"
    c: >-
      old
      text
    d: # empty
  other: x   # last
# tail
`;

describe('an edit of YAML', () => {
  it('gives known fields other texts in the quotes that they have, and leaves every other byte', () => {
    expect(editYaml(block, [set(['spec', 'data'], { a: "it's", b: 'new', d: 'New+/=' })])).toBe(
      block.replace("'old'", "'it''s'").replace('b:   "old"', 'b:   "new"').replace('d: # empty', 'd: New+/= # empty'),
    );
  });

  it('makes one line of a block of text', () => {
    expect(editYaml(block, [set(['spec', 'data'], { c: 'new' })])).toBe(block.replace('>-\n      old\n      text\n', 'new\n'));
  });

  it('adds fields behind the last one, its comment included, at its indentation', () => {
    expect(editYaml(block, [set(['spec', 'data'], { e: 'AgA+/=', f: 'yes' })])).toBe(block.replace('    d: # empty\n', '    d: # empty\n    e: AgA+/=\n    f: "yes"\n'));
  });

  it('makes the maps that are missing on the way', () => {
    expect(editYaml(block, [set(['spec', 'template', 'metadata', 'labels'], { x: '1' })])).toBe(
      block.replace('  other: x   # last\n', '  other: x   # last\n  template:\n    metadata:\n      labels:\n        x: "1"\n'),
    );
  });

  it.each([
    ['nothing', 'spec:\n  data:\n  z: 1\n', 'spec:\n  data:\n    a: b\n  z: 1\n'],
    ['a comment', 'spec:\n  data: # none\n  z: 1\n', 'spec:\n  data: # none\n    a: b\n  z: 1\n'],
    ['null', 'spec:\n  data: null # none\n  z: 1\n', 'spec:\n  data: # none\n    a: b\n  z: 1\n'],
    ['braces', 'spec:\n  data: {}\n', 'spec:\n  data: {\n    "a": "b"\n  }\n'],
    ['no last line feed', 'spec:\n  data:', 'spec:\n  data:\n    a: b'],
  ])('fills a map that is %s', (_, before, after) => {
    expect(editYaml(before, [set(['spec', 'data'], { a: 'b' })])).toBe(after);
  });

  it('edits JSON as it is laid out', () => {
    const pretty = '{\n    "spec": {\n        "data": {\n            "a": "old"\n        },\n        "none": {}\n    }\n}\n';
    expect(editYaml(pretty, [set(['spec', 'data'], { a: 'new', b: '"' }), set(['spec', 'none'], { c: 'd' })])).toBe(
      pretty.replace('"a": "old"', '"a": "new",\n            "b": "\\""').replace('{}', '{\n          "c": "d"\n        }'),
    );
    expect(editYaml('{"a":{"b":"c"}}', [set(['a'], { d: 'e' }), set(['f'], { g: 'h' })])).toBe('{"a":{"b":"c", "d": "e"}, "f": {"g":"h"}}');
  });

  it('keeps line ends of Windows, and other documents', () => {
    expect(editYaml('a: 1\r\n---\r\n# empty\r\n---\r\nb:\r\n  c: d\r\n', [set(['b'], { e: 'f' }, 1)])).toBe('a: 1\r\n---\r\n# empty\r\n---\r\nb:\r\n  c: d\r\n  e: f\r\n');
  });

  it('finds maps in lists, whose first key follows a dash', () => {
    expect(editYaml('items:\n- a: b\n- c: d\n', [set(['items', 0], { e: 'f' })])).toBe('items:\n- a: b\n  e: f\n- c: d\n');
  });

  it.each([
    ['an alias', 'x: &x {a: b}\nspec:\n  data: *x\n'],
    ['an anchor', 'spec:\n  data: {a: &y b}\n'],
    ['a list', 'spec:\n  data: [a]\n'],
    ['a text', 'spec: data\n'],
  ])('is refused where the place is %s', (_, text) => {
    expect(() => editYaml(text, [set(['spec', 'data'], { a: 'c' })])).toThrow(YamlError);
  });

  it('changes what it says and nothing else, whatever the document holds', () => {
    const key = fc.stringMatching(/^[a-zA-Z0-9._-]{1,8}$/).filter((name) => name !== '__proto__');
    const tree = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof({ maxDepth: 3 }, fc.string({ unit: 'grapheme-ascii' }), fc.integer(), fc.boolean(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true })),
    })).value;
    const texts = fc.dictionary(key, fc.string(), { maxKeys: 4, noNullPrototype: true });
    const layouts = [(value: unknown) => printYaml(value), (value: unknown) => JSON.stringify(value, null, 2), (value: unknown) => JSON.stringify(value)];
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 4, noNullPrototype: true }), texts, texts, fc.constantFrom(...layouts), (around, before, entries, print) => {
        const whole = { ...around, spec: { data: before, last: 'x' } };
        const [edited] = parseYaml(editYaml(print(whole), [set(['spec', 'data'], entries)]));
        expect(edited?.value).toEqual({ ...whole, spec: { data: { ...before, ...entries }, last: 'x' } });
      }),
      { numRuns: 500 },
    );
  });
});
