import { describe, expect, it } from 'vitest';
import { YamlRewriter } from './yaml-rewrite.ts';

const text = `# head
a: 1 # one
b:
    # in b
    - "x"
    - {c: y}
---
d: |
    text
`;

describe('YamlRewriter', () => {
  it('changes what it is told to, in order, and leaves the rest as it was', () => {
    const rewriter = new YamlRewriter(text);
    const seen: string[] = [];
    for (let index = 0; index < rewriter.size; index += 1) {
      rewriter.rewrite(index, {
        scalar: (path, scalar) => {
          seen.push(`${path.join('.')}=${scalar.text}${scalar.isPlain ? '' : ' quoted'}`);
          return path[0] === 'b' ? `new-${path.join('-')}` : undefined;
        },
        comment: (path, line) => (path.length > 0 ? `(${path.join('.')})${line}` : line),
      });
    }
    expect(seen).toEqual(['a=1', 'b.0=x quoted', 'b.1.c=y', 'd=text\n quoted']);
    expect(rewriter.toString()).toBe('# head\na: 1 # one\nb:\n    #(b) in b\n    - new-b-0\n    - { c: new-b-1-c }\n---\nd: |\n    text\n');
  });

  it('puts a key at the end of a document, quoted so that nothing else is read', () => {
    const rewriter = new YamlRewriter('---\na: 1\n');
    rewriter.append(0, 'sops', { time: '2026-01-02T03:04:05Z', lines: 'a\nb\n' });
    expect([rewriter.has(0, 'sops'), rewriter.has(0, 'b')]).toEqual([true, false]);
    expect(rewriter.toString()).toBe('a: 1\nsops:\n    time: "2026-01-02T03:04:05Z"\n    lines: |\n        a\n        b\n');
  });

  it.each([['- a', 'a document must be a map'], ['a: &x 1', 'anchors have no place'], ['a: 1\nb: *a', 'aliases have no place'], ['<<: {a: 1}', 'merge keys have no place'], ['{[a]: 1}', 'a key must be text']])('refuses %j', (wrong, problem) => {
    expect(() => {
      const rewriter = new YamlRewriter(wrong);
      rewriter.rewrite(0, { scalar: () => undefined, comment: (_, line) => line });
    }).toThrow(problem);
  });
});
