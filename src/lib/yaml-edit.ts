import { isMap, isScalar, isSeq, Scalar } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';
import { composeYaml } from './yaml.ts';
import { YamlError } from './yaml-error.ts';
import { blockLines, flowEntry, quotedLike } from './yaml-text.ts';

/** Texts to be put into the map at a path of a document; maps on the way that are missing are made. */
export interface YamlEdit {
  /** Counted from 0, without those that are empty. */
  readonly document: number;
  readonly path: readonly (string | number)[];
  readonly entries: ReadonlyMap<string, string>;
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

type MapNode = YAMLMap<Node, Node | null>;

/**
 * Puts texts into maps of a YAML or JSON text and leaves all else as it is, byte for byte: comments, order, quotes, indentation, line ends.
 * @throws YamlError where the text cannot be read, or the place is written in a way that cannot be edited (an alias, a list where a map is due)
 */
export function editYaml(text: string, edits: readonly YamlEdit[]): string {
  const documents = [...composeYaml(text)].filter(({ document }) => document.contents !== null && !isEmptyScalar(document.contents));
  const splices = edits.flatMap((edit) => {
    const found = documents[edit.document];
    if (found === undefined) throw new YamlError(`there is no document ${edit.document + 1}`, { line: 1, column: 1 });
    return new MapEditor(text, found.position).splices(found.document.contents, edit);
  });
  // from the end, so that what is still to be done stays where it is
  return splices.toSorted((one, other) => other.from - one.from).reduce((edited, { from, to, text: by }) => edited.slice(0, from) + by + edited.slice(to), text);
}

class MapEditor {
  readonly #text: string;
  readonly #eol: string;
  readonly #position: (offset: number) => { readonly line: number; readonly column: number };

  constructor(text: string, position: (offset: number) => { readonly line: number; readonly column: number }) {
    this.#text = text;
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n';
    this.#position = position;
  }

  splices(root: Node | null, { path, entries }: YamlEdit): readonly Splice[] {
    if (entries.size === 0) return [];
    let node = root;
    for (const [index, step] of path.entries()) {
      if (typeof step === 'number') {
        node = this.#item(node, step);
        continue;
      }
      const map = this.#mapOf(node, root);
      const next = pairOf(map, step)?.value;
      if (next === undefined || isEmptyScalar(next)) return this.#grow(map, path.slice(index).map(String), entries);
      node = next;
    }
    const at = this.#mapOf(node, root);
    const [known, fresh] = [[...entries].filter(([key]) => pairOf(at, key) !== undefined), [...entries].filter(([key]) => pairOf(at, key) === undefined)];
    return [...known.map(([key, value]) => this.#replace(at, key, value)), ...(fresh.length === 0 ? [] : [this.#add(at, fresh)])];
  }

  #mapOf(node: Node | null | undefined, near: Node | null): MapNode {
    if (isMap<Node, Node | null>(node)) return node;
    throw this.#problem(node ?? near, 'this must be a map, written out where it stands, for its fields to be edited');
  }

  #item(node: Node | null, index: number): Node | null {
    const item = isSeq<Node>(node) ? node.items[index] : undefined;
    if (item === undefined) throw this.#problem(node, 'this must be a list, written out where it stands, for its items to be edited');
    return item;
  }

  /** Gives a known field another text, in the quotes that it has. */
  #replace(map: MapNode, key: string, value: string): Splice {
    const pair = pairOf(map, key);
    const node = pair?.value;
    if (!isScalar(node) || node.anchor !== undefined || node.tag !== undefined || !node.range) throw this.#problem(pair?.key ?? map, 'the value of this key must be a plain text for it to be replaced');
    const [from, to] = node.range;
    const written = quotedLike(value, { type: node.type, inFlow: map.flow === true });
    if (from === to) return this.#fill(node, written);
    const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
    return { from, to, text: isBlock && this.#text.slice(from, to).endsWith('\n') ? `${written}\n` : written };
  }

  /** Puts a value behind the colon of a key that has none. */
  #fill(node: Node, written: string): Splice {
    const at = this.#text.slice(0, node.range?.[0]).trimEnd().length;
    if (this.#text[at - 1] !== ':') throw this.#problem(node, 'a comment stands where the value of this key is to be');
    return { from: at, to: at, text: ` ${written}` };
  }

  #add(map: MapNode, entries: readonly (readonly [string, string])[]): Splice {
    return map.flow === true ? this.#addToFlow(map, entries) : this.#addToBlock(map, blockLines([], entries, this.#indentOf(map)));
  }

  /** Makes the missing end of a path, with its entries. */
  #grow(map: MapNode, path: readonly string[], entries: ReadonlyMap<string, string>): readonly Splice[] {
    const [name = '', ...rest] = path;
    const pair = pairOf(map, name);
    if (map.flow === true) {
      const nested = rest.reduceRight<unknown>((inner, step) => ({ [step]: inner }), Object.fromEntries(entries));
      if (pair?.value?.range) return [{ from: pair.value.range[0], to: pair.value.range[1], text: JSON.stringify(nested) }];
      return [this.#addToFlow(map, [[name, nested]])];
    }
    const indent = this.#indentOf(map);
    const range = pair?.value?.range;
    if (!range) return [this.#addToBlock(map, blockLines(path, [...entries], indent))];
    const lines = blockLines(rest, [...entries], `${indent}  `).join(this.#eol);
    // what is written for nothing goes; a comment behind it stays on its line
    const colon = this.#text.slice(0, range[0]).trimEnd().length;
    const end = this.#endOfLine(range[1]);
    const isLast = end === this.#text.length && !this.#text.endsWith('\n');
    const inserted = { from: end, to: end, text: isLast ? this.#eol + lines : lines + this.#eol };
    return range[0] === range[1] ? [inserted] : [{ from: colon, to: range[1], text: '' }, inserted];
  }

  #addToBlock(map: MapNode, lines: readonly string[]): Splice {
    const end = this.#endOfLine(lastOffset(map));
    const isLast = end === this.#text.length && !this.#text.endsWith('\n');
    return { from: end, to: end, text: lines.map((line) => (isLast ? this.#eol + line : line + this.#eol)).join('') };
  }

  #addToFlow(map: MapNode, entries: readonly (readonly [string, unknown])[]): Splice {
    const [start = 0, end = 0] = map.range ?? [];
    const last = map.items.at(-1);
    if (last === undefined) return { from: start, to: end, text: this.#filled(start, entries) };
    const keyAt = last.key.range?.[0] ?? start;
    const lineAt = this.#text.lastIndexOf('\n', keyAt) + 1;
    const isPretty = lineAt > start && this.#text.slice(lineAt, keyAt).trim() === '';
    const separator = isPretty ? `,${this.#eol}${this.#text.slice(lineAt, keyAt)}` : ', ';
    const at = last.value?.range?.[1] ?? last.key.range?.[1] ?? end - 1;
    return { from: at, to: at, text: entries.map((entry) => separator + flowEntry(entry, isPretty ? this.#text.slice(lineAt, keyAt) : undefined)).join('') };
  }

  /** What becomes of empty braces: one line where the text is JSON of one line, else one for each entry. */
  #filled(start: number, entries: readonly (readonly [string, unknown])[]): string {
    const own = this.#lineIndent(start);
    const isPretty = this.#text.slice(0, start).includes('\n');
    if (!isPretty) return `{${entries.map((entry) => flowEntry(entry)).join(', ')}}`;
    const inner = `${own}  `;
    return `{${entries.map((entry) => `${this.#eol}${inner}${flowEntry(entry, inner)}`).join(',')}${this.#eol}${own}}`;
  }

  /** What stands before the keys of a block map, as spaces: the first may follow the dash of a list. */
  #indentOf(map: MapNode): string {
    const at = map.items[0]?.key.range?.[0] ?? map.range?.[0] ?? 0;
    return this.#text.slice(this.#text.lastIndexOf('\n', at - 1) + 1, at).replaceAll(/[^ ]/g, ' ');
  }

  #lineIndent(offset: number): string {
    return /^ */.exec(this.#text.slice(this.#text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';
  }

  /** Behind the line feed of the line that something ends on, its comment included. */
  #endOfLine(offset: number): number {
    if (this.#text[offset - 1] === '\n') return offset;
    const feed = this.#text.indexOf('\n', offset);
    return feed < 0 ? this.#text.length : feed + 1;
  }

  #problem(node: Node | null, message: string): YamlError {
    return new YamlError(message, this.#position(node?.range?.[0] ?? 0));
  }
}

function pairOf(map: MapNode, key: string): Pair<Node, Node | null> | undefined {
  return map.items.find((pair) => isScalar(pair.key) && (pair.key.source ?? String(pair.key.value)) === key);
}

/** Where the last thing in a node ends; what follows it on its line is a comment. */
function lastOffset(node: Node | null | undefined): number {
  if (isMap<Node, Node | null>(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return Math.max(last.key.range?.[1] ?? 0, lastOffset(last.value));
  }
  if (isSeq<Node>(node) && node.flow !== true) return lastOffset(node.items.at(-1));
  return node?.range?.[1] ?? 0;
}

function isEmptyScalar(node: Node | null | undefined): boolean {
  return node === null || (isScalar(node) && node.type === Scalar.PLAIN && ['', '~', 'null', 'Null', 'NULL'].includes(node.source ?? '') && node.tag === undefined);
}
