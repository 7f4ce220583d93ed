import { describe, expect, it } from 'vitest';
import { replaceYamlDocuments } from './yaml-replace.ts';

describe('replacing documents of YAML', () => {
  it('leaves the others, and the comments before each, as they are', () => {
    const text = '# head\na: 1 # one\nb:\n  - 2\n---\n# of the second\nc: 3\n---\n# nothing\n---\nd: 4';
    expect(replaceYamlDocuments(text, new Map([[0, 'x: y\n'], [2, 'z: 1\n']]))).toBe('# head\nx: y\n---\n# of the second\nc: 3\n---\n# nothing\n---\nz: 1');
  });

  it('replaces JSON too', () => {
    expect(replaceYamlDocuments('{\n  "a": 1\n}\n', new Map([[0, '{"b": 2}\n']]))).toBe('{"b": 2}\n');
  });
});
