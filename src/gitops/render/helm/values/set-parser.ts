import { ChartError } from '../load/chart-error.ts';
import { leadingJson } from './leading-json.ts';
import { SetReader } from './set-reader.ts';
import { isTable, type Table, type TableItem } from './table.ts';

/** How a value is written: as it stands, in a grammar of lists and escapes, or as JSON. */
export type SetGrammar =
  | { readonly kind: 'literal' }
  | { readonly kind: 'json' }
  /** @param read makes a value of its text */
  | { readonly kind: 'plain'; readonly read: (text: string) => TableItem };

/** Helm's bounds. */
const highestIndex = 65_536;
const deepest = 30;

/** Whether the text went on after what was read. Where it did not, Helm leaves undone what was to follow. */
type Ending = 'more' | 'end';

/**
 * Reads the text of a `--set` or one of its kin into a table. What it changes before it finds an error stays changed.
 * @throws ChartError with the position, quoting nothing
 */
export class SetParser {
  readonly #reader: SetReader;
  readonly #grammar: SetGrammar;
  readonly #keyEnds: string;

  constructor(text: string, grammar: SetGrammar) {
    const isLiteral = grammar.kind === 'literal';
    this.#reader = new SetReader(text, !isLiteral);
    this.#grammar = grammar;
    this.#keyEnds = isLiteral ? '=[.' : '=[,.';
  }

  readInto(table: Table): void {
    while (this.#key(table, 0) === 'more');
  }

  #key(table: Table, level: number): Ending {
    const { text: key, stop } = this.#reader.until(this.#keyEnds);
    switch (stop) {
      case undefined:
        if (key === '') return 'end';
        return this.#fail('a key has no value');
      case '=':
        return this.#value((value) => setKey(table, key, value));
      case '[':
        return this.#list(table, key, level);
      case '.':
        return this.#map(table, key, level + 1);
      default:
        return this.#fail('a key has no value');
    }
  }

  #map(table: Table, key: string, level: number): Ending {
    if (level > deepest) return this.#fail(`keys are nested more than ${deepest} levels deep`);
    const inner = table.get(key) ?? (table.has(key) ? null : new Map());
    if (!isTable(inner)) return this.#fail('a key goes into a value that is no map');
    const ending = this.#key(inner, level);
    if (ending === 'more' && inner.size === 0) return this.#fail('a key has no value');
    if (inner.size > 0) setKey(table, key, inner);
    return ending;
  }

  #list(table: Table, key: string, level: number): Ending {
    const index = this.#index();
    if (index === undefined) return 'end';
    const list = table.get(key) ?? (table.has(key) ? null : []);
    if (!Array.isArray(list)) return this.#fail('an index goes into a value that is no list');
    const ending = this.#item(list, index, level);
    setKey(table, key, list);
    return ending;
  }

  /** Undefined where the text ends in it: then Helm takes it for nothing. */
  #index(): number | undefined {
    const { text, stop } = this.#reader.until(']');
    if (stop === undefined) return undefined;
    const index = /^[+-]?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(index >= 0)) return this.#fail('an index is no whole number, or is below zero');
    // with one exception, which changes nothing, Helm counts only where a value is set
    return index;
  }

  #item(list: TableItem[], index: number, level: number): Ending {
    const { text, stop } = this.#reader.until('[.=');
    if (text !== '') return this.#fail('something stands between an index and what follows it');
    if (stop === undefined) return 'end';
    if (stop === '=') return this.#value((value) => this.#setIndex(list, index, value), { endsAtEmpty: false });
    return stop === '[' ? this.#innerList(list, index, level) : this.#innerMap(list, index, level);
  }

  #innerList(list: TableItem[], index: number, level: number): Ending {
    const next = this.#index();
    if (next === undefined) return 'end';
    const inner = list[index] ?? [];
    if (!Array.isArray(inner)) return this.#fail('an index goes into a value that is no list');
    const ending = this.#item(inner, next, level);
    if (ending === 'more') this.#setIndex(list, index, inner);
    return ending;
  }

  #innerMap(list: TableItem[], index: number, level: number): Ending {
    const found = list[index];
    const inner: Table = isTable(found) ? found : new Map();
    if (index < list.length) list[index] = inner;
    const ending = this.#key(inner, level);
    if (ending === 'more') this.#setIndex(list, index, inner);
    return ending;
  }

  #setIndex(list: TableItem[], index: number, value: TableItem): void {
    if (index > highestIndex) this.#fail(`an index is greater than ${highestIndex}`);
    while (list.length < index) list.push(null);
    list[index] = value;
  }

  /** @param endsAtEmpty whether a value that is missing at the end of the text ends the reading: of an item it does not */
  #value(set: (value: TableItem) => void, { endsAtEmpty = true } = {}): Ending {
    const grammar = this.#grammar;
    if (grammar.kind === 'literal') set(this.#reader.until('').text);
    else if (grammar.kind === 'json') set(this.#json());
    else if (this.#reader.peek() === undefined) {
      set('');
      return endsAtEmpty ? 'end' : 'more';
    } else set(this.#reader.takes('{') ? this.#braces(grammar.read) : grammar.read(this.#reader.until(',').text));
    return 'more';
  }

  #json(): TableItem {
    if (this.#reader.takesBlank()) return null;
    const { text, value } = leadingJson(this.#reader.rest()) ?? this.#fail('a value is no JSON');
    this.#reader.skip(text);
    this.#reader.takesBlank();
    return value;
  }

  /** A list: `{a,b}`. */
  #braces(read: (text: string) => TableItem): TableItem[] {
    const items: TableItem[] = [];
    for (;;) {
      const { text, stop } = this.#reader.until(',}');
      if (stop === undefined) return this.#fail('a list is not closed with }');
      items.push(read(text));
      if (stop === '}') break;
    }
    this.#reader.takes(',');
    return items;
  }

  #fail(problem: string): never {
    throw new ChartError(`${problem} (before character ${this.#reader.position})`);
  }
}

/** Without a key there is nothing to set. */
function setKey(table: Table, key: string, value: TableItem): void {
  if (key !== '') table.set(key, value);
}
