import { describe, expect, it } from 'vitest';
import { parseYamlTree, type TreeNode } from './yaml-tree.ts';

/** A tree as a short text: `{key: value #comment}`. */
function show(node: TreeNode): string {
  if (node.kind === 'scalar') return `${node.isPlain ? '' : '"'}${node.text}${node.tag === undefined ? '' : ` ${node.tag}`}`;
  const items = node.kind === 'list' ? node.items.map(({ value, comments }) => ({ text: show(value), comments })) : node.entries.map(({ key, value, comments }) => ({ text: `${key}: ${show(value)}`, comments }));
  const shown = items.map(({ text, comments }) => text + comments.map((comment) => ` #${comment}`).join('')).join(', ');
  return node.kind === 'list' ? `[${shown}]` : `{${shown}}`;
}

describe('parseYamlTree', () => {
  it('keeps order, quotes, tags and what is unresolved', () => {
    expect(parseYamlTree('b: 0777\na: "x"\nl: [yes, \'no\', !!str 1]\nt: |\n  a\n').map(show)).toEqual(['{b: 0777, a: "x, l: [yes, "no, 1 tag:yaml.org,2002:str], t: "a\n}']);
  });

  it('gives comments to what follows them, and those at the end of a line to what stands there', () => {
    expect(parseYamlTree('# one\na: 1 # two\n# three\nb:\n  # four\n  c: 2\n  d:\n    # five\n    - x # six\n    - y\n').map(show)).toEqual(['{a: 1 # one # two, b: {c: 2 # four, d: [x # five # six, y]} # three}']);
  });

  it('reads several documents, without the empty ones, with their lines', () => {
    expect(parseYamlTree('---\n# nothing\n---\na: 1\n---\nb: 2\n').map((tree) => [show(tree), tree.line])).toEqual([['{a: 1}', 4], ['{b: 2}', 6]]);
  });

  it.each([
    ['a: &x 1', 'anchors have no place in this file'],
    ['a: &x {b: 1}\nc: *x', 'anchors have no place in this file'],
    ['a: 1\na: 2', 'this key stands twice in the same map'],
    ['<<: {a: 1}', 'merge keys have no place in this file'],
    ['__proto__: 1', '__proto__ cannot be a key'],
    ['[a]: 1', 'a key must be text, a number or a boolean'],
  ])('refuses %j', (text, problem) => {
    expect(() => parseYamlTree(text)).toThrow(problem);
  });
});
