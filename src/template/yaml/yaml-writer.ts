import { formatFloat } from '../format/float.ts';
import type { Meter } from '../value/value.ts';
import { foldScalar } from './fold-scalar.ts';
import { shapeOf } from './scalar-shape.ts';
import { styleOf } from './scalar-style.ts';
import { widthOf } from './text-width.ts';
import type { YamlNode } from './yaml-node.ts';
import { YamlMap } from './yaml-node.ts';

const step = 2;
/** libyaml takes no longer key as a simple one. */
const longestSimpleKey = 128;
/** Of the list of what is written; other pieces are charged with their nodes. */
const bytesPerLine = 16;
const lineBreak = /\n|\u00e2\u0080[\u00a8\u00a9]/g;

/**
 * Writes a node as go-yaml v2 does: block style, list items at the column of their key, long lines folded. `pretty` is as go-yaml v3 does:
 * list items stand further in than their key, nothing is folded, and blocks may hold tabs.
 */
export class YamlWriter {
  readonly parts: string[] = [];
  readonly #meter: Meter;
  readonly #isPretty: boolean;
  #column = 0;
  /** Nothing but indicators and spaces is on the line. */
  #isFresh = true;
  #endsInSpace = true;

  constructor(meter: Meter, style: 'plain' | 'pretty' = 'plain') {
    this.#meter = meter;
    this.#isPretty = style === 'pretty';
  }

  write(node: YamlNode): void {
    this.#node(node, -step, false);
    this.#newLine(0);
  }

  /** @param isValue of a key, and so a list is not indented */
  #node(node: YamlNode, indent: number, isValue: boolean): void {
    this.#meter.step();
    if (typeof node === 'string') this.#string(node, indent, false);
    else if (typeof node !== 'object' || node === null) this.#word(scalarText(node));
    else if (node instanceof YamlMap) this.#map(node, indent + step);
    else this.#list(node, isValue && !this.#isFresh && !this.#isPretty ? indent : indent + step);
  }

  #map({ entries }: YamlMap, indent: number): void {
    if (entries.length === 0) this.#word('{}');
    for (const [key, value] of entries) {
      this.#newLine(indent);
      if (this.#isSimpleKey(key)) {
        this.#string(key, indent, true);
        this.#indicator(':', { glued: true, staysFresh: false });
      } else {
        this.#indicator('?', { glued: false, staysFresh: true });
        this.#string(key, indent, false);
        this.#newLine(indent);
        this.#indicator(':', { glued: false, staysFresh: true });
      }
      this.#node(value, indent, true);
    }
  }

  #isSimpleKey(key: string): boolean {
    return key.length <= longestSimpleKey && !shapeOf(key).isMultiline;
  }

  #list(items: readonly YamlNode[], indent: number): void {
    if (items.length === 0) this.#word('[]');
    for (const item of items) {
      this.#newLine(indent);
      this.#indicator('-', { glued: false, staysFresh: true });
      this.#node(item, indent, false);
    }
  }

  #string(text: string, indent: number, isSimpleKey: boolean): void {
    // its shape is looked at character by character
    this.#meter.step(1 + text.length / 2);
    const style = styleOf(text, shapeOf(this.#isPretty && text.includes('\n') ? text.replaceAll('\t', 'x') : text), isSimpleKey);
    const inner = Math.max(indent, 0) + step;
    if (style === 'literal') this.#literal(text, inner);
    else this.#word(foldScalar(text, style, { column: this.#column + (this.#endsInSpace ? 0 : 1), indent: inner, isOneLine: isSimpleKey || this.#isPretty }, this.#meter));
  }

  #literal(text: string, indent: number): void {
    const opening = /^( |\n|\u00e2\u0080[\u00a8\u00a9])/.test(text) ? String(step) : '';
    this.#word(`|${opening}${chomping(text)}`);
    this.#put('\n');
    this.#lines(text, indent);
    // go-yaml leaves it at that, and so the next line begins where the text has ended
    this.#isFresh = /(\n|\u00e2\u0080[\u00a8\u00a9])$/.test(text);
    this.#endsInSpace = true;
    if (this.#isFresh) this.#column = 0;
  }

  /** Indents each line that has something, and writes them one by one: there may be as many as characters. */
  #lines(text: string, indent: number): void {
    const margin = ' '.repeat(indent);
    let start = 0;
    for (const { 0: { length }, index } of text.matchAll(lineBreak)) {
      this.#meter.step();
      this.#meter.allocate(bytesPerLine);
      this.#put(`${index > start ? margin : ''}${text.slice(start, index + length)}`);
      start = index + length;
    }
    if (start < text.length) this.#put(margin + text.slice(start));
  }

  #newLine(indent: number): void {
    if (!this.#isFresh || this.#column > indent || (this.#column === indent && !this.#endsInSpace)) {
      this.#put('\n');
      this.#column = 0;
    }
    this.#put(' '.repeat(Math.max(indent - this.#column, 0)));
    this.#isFresh = true;
    this.#endsInSpace = true;
  }

  #word(text: string): void {
    this.#indicator(text, { glued: false, staysFresh: false });
  }

  #indicator(text: string, { glued, staysFresh }: { readonly glued: boolean; readonly staysFresh: boolean }): void {
    this.#put(glued || this.#endsInSpace ? text : ` ${text}`);
    this.#endsInSpace = false;
    this.#isFresh &&= staysFresh;
  }

  #put(text: string): void {
    this.#meter.allocate(text.length);
    this.#column += widthOf(text);
    this.parts.push(text);
  }
}

/** What tells a reader how many line feeds end a block. */
function chomping(text: string): string {
  const end = /((?:\n|\u00e2\u0080[\u00a8\u00a9])?)(\n|\u00e2\u0080[\u00a8\u00a9])$/.exec(text);
  if (end === null) return '-';
  return end[1] !== '' || end.index === 0 ? '+' : '';
}

function scalarText(value: null | boolean | bigint | number): string {
  if (typeof value !== 'number') return String(value);
  return formatFloat(value, 'g');
}
