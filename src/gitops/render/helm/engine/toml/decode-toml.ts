import { readTime } from '../../../../../template/time/parse-time.ts';
import { time } from '../../../../../template/time/time-value.ts';
import { Moment } from '../../../../../template/time/moment.ts';
import { checkDepth } from '../../../../../template/value/depth.ts';
import { anyType, dict, int64, list, mapOf, sliceOf } from '../../../../../template/value/go-type.ts';
import type { Meter, Value } from '../../../../../template/value/value.ts';
import { GoMap, Slice } from '../../../../../template/value/value.ts';
import { TomlError } from './toml-error.ts';
import { TomlScanner } from './toml-scanner.ts';

/**
 * What BurntSushi's toml makes of a text: integers are int64, tables maps, arrays of tables lists of maps, times time.Time.
 * @param text a byte string
 * @returns what was read, and what is wrong behind it
 */
export function decodeToml(text: string, meter: Meter): { readonly value: GoMap; readonly problem?: TomlError } {
  const reader = new TomlReader(new TomlScanner(text, meter));
  try {
    reader.read();
    return { value: reader.root };
  } catch (error) {
    if (error instanceof TomlError) return { value: dict(), problem: error };
    throw error;
  }
}

/** A list of tables, `[[name]]`. */
const tablesType = sliceOf(mapOf(anyType));

class TomlReader {
  readonly root = dict();
  readonly #scanner: TomlScanner;
  /** Tables that stand complete: nothing may be added to them. */
  readonly #closed = new Set<Value>();
  /** Tables that a header has named. */
  readonly #named = new Set<Value>();

  constructor(scanner: TomlScanner) {
    this.#scanner = scanner;
  }

  read(): void {
    let table = this.root;
    for (this.#scanner.lines(); this.#scanner.peek() !== ''; this.#scanner.lines()) {
      if (this.#scanner.takes('[[')) table = this.#listHeader();
      else if (this.#scanner.takes('[')) table = this.#header();
      else this.#pair(table, 0);
      this.#scanner.lineEnd();
    }
  }

  #header(): GoMap {
    this.#scanner.blanks();
    const key = this.#scanner.key();
    this.#scanner.expect(']', 'after the name of a table');
    const table = this.#tableAt(this.root, key, true);
    if (this.#named.has(table)) this.#scanner.fail('a table is defined twice');
    this.#named.add(table);
    return table;
  }

  #listHeader(): GoMap {
    this.#scanner.blanks();
    const key = this.#scanner.key();
    this.#scanner.expect(']]', 'after the name of a list of tables');
    const holder = this.#tableAt(this.root, key.slice(0, -1), true);
    const name = key.at(-1) ?? '';
    const known = holder.entries.get(name);
    const tables = known === undefined ? new Slice(tablesType, []) : known;
    if (!(tables instanceof Slice) || tables.type !== tablesType) return this.#scanner.fail('a list of tables is something else already');
    const table = dict();
    tables.items.push(table);
    holder.entries.set(name, tables);
    return table;
  }

  #pair(table: GoMap, depth: number): void {
    const key = this.#scanner.key();
    this.#scanner.expect('=', 'after a key');
    this.#scanner.blanks();
    const holder = this.#tableAt(table, key.slice(0, -1), false);
    const name = key.at(-1) ?? '';
    if (holder.entries.has(name)) this.#scanner.fail('a key is defined twice');
    this.#scanner.meter.allocate(32 + name.length);
    holder.entries.set(name, this.#value(depth + 1));
  }

  /** The table at a path, made where it is missing. @param viaLists whether the last of a list of tables counts as one */
  #tableAt(start: GoMap, path: readonly string[], viaLists: boolean): GoMap {
    let table = start;
    for (const name of path) {
      const found = table.entries.get(name) ?? dict();
      table.entries.set(name, found);
      const next = viaLists && found instanceof Slice && found.type === tablesType ? found.items.at(-1) : found;
      if (!(next instanceof GoMap) || this.#closed.has(next)) return this.#scanner.fail('a key is no table, or one that is complete');
      table = next;
    }
    return table;
  }

  #value(depth: number): Value {
    this.#scanner.meter.step();
    this.#scanner.meter.allocate(16);
    checkDepth(depth);
    const first = this.#scanner.peek();
    if (first === '"' || first === "'") return this.#scanner.string();
    if (this.#scanner.takes('[')) return this.#list(depth);
    if (this.#scanner.takes('{')) return this.#inlineTable(depth);
    const word = this.#scanner.match(/(?:[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:)?[A-Za-z0-9_+.:-]+/y);
    return this.#word(word);
  }

  #list(depth: number): Value {
    const items: Value[] = [];
    for (this.#scanner.lines(); !this.#scanner.takes(']'); this.#scanner.lines()) {
      if (items.length > 0) {
        this.#scanner.expect(',', 'between the items of a list');
        this.#scanner.lines();
        if (this.#scanner.takes(']')) break;
      }
      items.push(this.#value(depth + 1));
    }
    return list(items);
  }

  #inlineTable(depth: number): Value {
    const table = dict();
    for (this.#scanner.lines(); !this.#scanner.takes('}'); this.#scanner.lines()) {
      if (table.entries.size > 0) {
        this.#scanner.expect(',', 'between the entries of a table');
        this.#scanner.lines();
        if (this.#scanner.takes('}')) break;
      }
      this.#pair(table, depth);
    }
    this.#closed.add(table);
    return table;
  }

  #word(word: string): Value {
    if (word === 'true' || word === 'false') return word === 'true';
    const plain = word.replaceAll(/(?<=[0-9a-fA-F])_(?=[0-9a-fA-F])/g, '');
    if (/^[+-]?(?:0|[1-9][0-9]*)$/.test(plain)) return this.#integer(BigInt(plain.replace('+', '')));
    if (/^0(?:x[0-9a-fA-F]+|o[0-7]+|b[01]+)$/.test(plain)) return this.#integer(BigInt(plain));
    if (/^[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(plain)) return Number(plain);
    if (/^[+-]?inf$/.test(word)) return word.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
    if (/^[+-]?nan$/.test(word)) return Number.NaN;
    return this.#time(word) ?? this.#scanner.fail('expected a value');
  }

  #integer(value: bigint): Value {
    return BigInt.asIntN(64, value) === value ? int64(value) : this.#scanner.fail('an integer does not fit 64 bits');
  }

  #time(word: string): Value {
    const text = word.replace(/^([0-9-]{10})[ t]/, '$1T').replace(/z$/, 'Z');
    for (const layout of ['2006-01-02T15:04:05.999999999Z07:00', '2006-01-02T15:04:05.999999999', '2006-01-02', '15:04:05.999999999']) {
      const moment = readTime(layout, text);
      if (moment instanceof Moment) return time.write(moment);
    }
    return undefined;
  }
}
