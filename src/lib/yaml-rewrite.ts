import { isMap, isScalar, isSeq, Scalar, visit } from 'yaml';
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml';
import type { FieldPath } from './field-path.ts';
import { composeYaml, type YamlLimits } from './yaml.ts';
import { YamlError } from './yaml-error.ts';

/** A scalar as it is written. */
export interface RewriteScalar {
  readonly text: string;
  readonly isPlain: boolean;
  readonly tag: string | undefined;
}

export interface Rewrite {
  /** The text that a scalar is to have; undefined: it stays. Called in the order of the document, the empty value of a key included. */
  readonly scalar: (path: FieldPath, scalar: RewriteScalar) => string | undefined;
  /** The text that a line of a comment is to have; the path is that of the map or list that it stands in. */
  readonly comment: (path: FieldPath, line: string) => string;
}

/** Nodes that carry comments. */
type Commented = Pick<Node, 'comment' | 'commentBefore'>;

/**
 * The documents of a YAML text, to be changed value by value: order, comments and what is not touched stay. Anchors, aliases and merge keys
 * are refused, because a changed value would change elsewhere, too.
 */
export class YamlRewriter {
  readonly #documents: readonly { readonly document: Document; readonly root: YAMLMap<Node, Node | null> }[];
  readonly #position: (offset: number) => { readonly line: number; readonly column: number };

  /** @throws YamlError also where a document is no map; it never quotes the text */
  constructor(input: Uint8Array | string, limits: YamlLimits = {}) {
    const documents: { document: Document; root: YAMLMap<Node, Node | null> }[] = [];
    let position = (_offset: number): { readonly line: number; readonly column: number } => ({ line: 1, column: 1 });
    for (const composed of composeYaml(input, limits)) {
      ({ position } = composed);
      const root = composed.document.contents;
      if (root === null || (isScalar(root) && root.source === '')) continue;
      if (!isMap<Node, Node | null>(root)) throw new YamlError('a document must be a map', position(root.range?.[0] ?? 0));
      documents.push({ document: composed.document, root });
    }
    this.#documents = documents;
    this.#position = position;
  }

  get size(): number {
    return this.#documents.length;
  }

  /** Whether a document has a key. */
  has(index: number, key: string): boolean {
    return this.#documents[index]?.root.items.some((pair) => isScalar(pair.key) && pair.key.value === key) === true;
  }

  /** Goes through a document. @throws YamlError */
  rewrite(index: number, rewrite: Rewrite): void {
    const found = this.#documents[index];
    if (found === undefined) return;
    this.#comments(found.document, [], rewrite);
    this.#map(found.root, [], rewrite);
  }

  /** Puts a key at the end of a document. Texts of one line are quoted: no reader takes them for anything else. */
  append(index: number, key: string, value: unknown): void {
    const found = this.#documents[index];
    if (found === undefined) return;
    const pair = found.document.createPair(key, value, { aliasDuplicateObjects: false });
    visit(pair.value, {
      Scalar: (position, node) => {
        if (position === 'value' && typeof node.value === 'string' && !node.value.includes('\n')) node.type = Scalar.QUOTE_DOUBLE;
      },
    });
    found.root.add(pair);
  }

  toString(): string {
    const texts = this.#documents.map(({ document }) => {
      // the marks between documents are ours
      if (document.directives?.docStart === true) document.directives.docStart = null;
      return document.toString({ lineWidth: 0, indent: 4, indentSeq: true, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER });
    });
    return texts.join('---\n');
  }

  #map(map: YAMLMap<Node, Node | null>, path: FieldPath, rewrite: Rewrite): void {
    this.#check(map);
    this.#comments(map, path, rewrite);
    for (const pair of map.items) {
      const { key } = pair;
      if (!isScalar(key)) throw this.#problem('a key must be text', key);
      if (key.type === Scalar.PLAIN && key.source === '<<') throw this.#problem('merge keys have no place in this file', key);
      this.#comments(key, path, rewrite);
      pair.value = this.#node(pair.value, [...path, key.source ?? String(key.value)], { rewrite, within: path });
    }
  }

  #list(list: YAMLSeq<Node | null>, path: FieldPath, rewrite: Rewrite): void {
    this.#check(list);
    this.#comments(list, path, rewrite);
    list.items = list.items.map((item, index) => this.#node(item, [...path, index], { rewrite, within: path }));
  }

  #node(node: Node | null, path: FieldPath, { rewrite, within }: { readonly rewrite: Rewrite; readonly within: FieldPath }): Node | null {
    if (isMap<Node, Node | null>(node)) this.#map(node, path, rewrite);
    else if (isSeq<Node | null>(node)) this.#list(node, path, rewrite);
    else if (isScalar(node)) this.#scalar(node, path, { rewrite, within });
    else if (node !== null) throw this.#problem('aliases have no place in this file', node);
    else rewrite.scalar(path, { text: '', isPlain: true, tag: undefined });
    return node;
  }

  #scalar(node: Scalar, path: FieldPath, { rewrite, within }: { readonly rewrite: Rewrite; readonly within: FieldPath }): void {
    this.#check(node);
    this.#comments(node, within, rewrite);
    const text = rewrite.scalar(path, { text: node.source ?? String(node.value), isPlain: node.type === Scalar.PLAIN, tag: node.tag });
    if (text === undefined) return;
    node.value = text;
    node.type = Scalar.PLAIN;
    delete node.tag;
    delete node.source;
  }

  #comments(node: Commented, path: FieldPath, { comment }: Rewrite): void {
    for (const field of ['commentBefore', 'comment'] as const) {
      const text = node[field];
      if (text !== undefined && text !== null) node[field] = text.split('\n').map((line) => (line.trim() === '' ? line : comment(path, line))).join('\n');
    }
  }

  #check(node: Node): void {
    if ('anchor' in node && node.anchor !== undefined) throw this.#problem('anchors have no place in this file', node);
  }

  #problem(problem: string, node: Node): YamlError {
    return new YamlError(problem, this.#position(node.range?.[0] ?? 0));
  }
}
