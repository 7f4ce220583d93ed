import { isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { composeYaml, type YamlLimits } from './yaml.ts';
import { YamlError } from './yaml-error.ts';

/** YAML as it is written: in order, with its comments, and every scalar still its text. */
export type TreeNode = TreeScalar | TreeList | TreeMap;

interface TreePlace {
  /** Counted from 1. */
  readonly line: number;
  /** Spelled out: `tag:yaml.org,2002:int`; absent without one. */
  readonly tag?: string;
}

export interface TreeScalar extends TreePlace {
  readonly kind: 'scalar';
  readonly text: string;
  /** Neither quoted nor a block of text, and so to be resolved. */
  readonly isPlain: boolean;
}

export interface TreeItem {
  readonly value: TreeNode;
  /** The comments since the item before, and those on its own line; each without its `#`. */
  readonly comments: readonly string[];
}

export interface TreeList extends TreePlace {
  readonly kind: 'list';
  readonly items: readonly TreeItem[];
}

export interface TreeEntry extends TreeItem {
  readonly key: string;
  readonly line: number;
}

export interface TreeMap extends TreePlace {
  readonly kind: 'map';
  readonly entries: readonly TreeEntry[];
}

type Position = (offset: number) => { readonly line: number; readonly column: number };

/**
 * Reads the documents of a text as trees; those that hold nothing are left out. Anchors, aliases and merge keys are refused, and keys that
 * are no scalars, that stand twice, or that are `__proto__`.
 * @throws YamlError; it never quotes the text
 */
export function parseYamlTree(input: Uint8Array | string, limits: YamlLimits = {}): readonly TreeNode[] {
  const trees: TreeNode[] = [];
  for (const { document, position } of composeYaml(input, limits)) {
    const reader = new TreeReader(position);
    const { contents } = document;
    if (contents === null || isEmpty(contents)) continue;
    trees.push(reader.read(contents, linesOf(document.commentBefore)));
  }
  return trees;
}

function isEmpty(contents: NonNullable<Document['contents']>): boolean {
  return isScalar(contents) && contents.type === Scalar.PLAIN && contents.source === '' && contents.tag === undefined;
}

class TreeReader {
  readonly #position: Position;

  constructor(position: Position) {
    this.#position = position;
  }

  /** @param before comments that stand before the node and belong to what comes first in it */
  read(node: unknown, before: readonly string[] = []): TreeNode {
    if (isScalar(node)) return { kind: 'scalar', text: node.source ?? String(node.value), isPlain: node.type === Scalar.PLAIN, ...this.#place(node) };
    if (isMap<Node, Node | null>(node)) return this.#readMap(node, before);
    if (isSeq<Node | null>(node)) return this.#readList(node, before);
    if (node === null || node === undefined) return { kind: 'scalar', text: '', isPlain: true, line: 1 };
    throw this.#problem('aliases have no place in this file', node);
  }

  #readList(node: YAMLSeq<Node | null>, before: readonly string[]): TreeList {
    const place = this.#place(node);
    let first = [...before, ...linesOf(node.commentBefore)];
    const items = node.items.map((item) => {
      const comments = [...first, ...(isScalar(item) ? commentsOf(item) : linesOf(item?.commentBefore))];
      first = [];
      return { value: this.read(item), comments };
    });
    return { kind: 'list', items, ...place };
  }

  #readMap(node: YAMLMap<Node, Node | null>, before: readonly string[]): TreeMap {
    const place = this.#place(node);
    const seen = new Set<string>();
    let first = [...before, ...linesOf(node.commentBefore)];
    const entries = node.items.map((pair) => {
      const key = this.#readKey(pair);
      if (seen.has(key)) throw this.#problem('this key stands twice in the same map', pair.key);
      seen.add(key);
      const comments = [...first, ...commentsOf(pair.key), ...(isScalar(pair.value) ? commentsOf(pair.value) : [])];
      first = [];
      return { key, comments, line: this.#place(pair.key).line, value: this.read(pair.value) };
    });
    return { kind: 'map', entries, ...place };
  }

  #readKey({ key }: Pair<Node, Node | null>): string {
    if (!isScalar(key)) throw this.#problem('a key must be text, a number or a boolean', key);
    const text = key.source ?? String(key.value);
    if (key.type === Scalar.PLAIN && text === '<<') throw this.#problem('merge keys have no place in this file', key);
    // JavaScript would take it for the object's prototype
    if (text === '__proto__') throw this.#problem('__proto__ cannot be a key', key);
    return text;
  }

  #place(node: Node): TreePlace {
    if ('anchor' in node && node.anchor !== undefined) throw this.#problem('anchors have no place in this file', node);
    const { line } = this.#position(node.range?.[0] ?? 0);
    return node.tag === undefined ? { line } : { line, tag: node.tag };
  }

  #problem(problem: string, node: unknown): YamlError {
    const range = typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range : [];
    const offset: unknown = range[0];
    return new YamlError(problem, this.#position(typeof offset === 'number' ? offset : 0));
  }
}

function commentsOf(node: Pick<Node, 'comment' | 'commentBefore'>): readonly string[] {
  return [...linesOf(node.commentBefore), ...linesOf(node.comment)];
}

function linesOf(comment: string | null | undefined): string[] {
  return (comment ?? '').split('\n').filter((line) => line.trim() !== '');
}
