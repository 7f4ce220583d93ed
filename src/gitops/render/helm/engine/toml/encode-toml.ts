import { formatFloat } from '../../../../../template/format/float.ts';
import { FunctionError } from '../../../../../template/template-error.ts';
import { formatTime, rfc3339Nano } from '../../../../../template/time/format-time.ts';
import { momentIn } from '../../../../../template/time/time-value.ts';
import { checkDepth } from '../../../../../template/value/depth.ts';
import { TextBuilder } from '../../../../../template/value/text-builder.ts';
import type { Meter, Value } from '../../../../../template/value/value.ts';
import { Func, GoMap, Int, Slice, Struct } from '../../../../../template/value/value.ts';

/**
 * A value as BurntSushi's toml writes it: in each table what is no table first, both by their names; nested tables are indented.
 * @throws FunctionError for what TOML cannot say, LimitError
 */
export function encodeToml(value: Value, meter: Meter): string {
  const writer = new TomlWriter(meter);
  writer.write(value);
  return writer.text();
}

class TomlWriter {
  readonly #meter: Meter;
  readonly #builder: TextBuilder;
  #hasWritten = false;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#builder = new TextBuilder(meter);
  }

  text(): string {
    return this.#builder.text();
  }

  /** The value of a whole document. */
  write(value: Value): void {
    // as Go says it of a nil that it looks into
    if (value === undefined) throw new FunctionError('nil cannot be written as TOML', 'reflect: call of reflect.Value.Type on zero Value');
    this.#entry([], value);
  }

  #put(text: string): void {
    this.#builder.add(text);
    this.#hasWritten = true;
  }

  #newLine(): void {
    if (this.#hasWritten) this.#put('\n');
  }

  #entry(key: readonly string[], value: Value): void {
    this.#meter.step();
    checkDepth(key.length);
    if (isTable(value)) this.#table(key, value);
    else if (isTableList(value)) this.#tables(key, value);
    else this.#keyValue(key, value, false);
  }

  #keyValue(key: readonly string[], value: Value, isInline: boolean): void {
    const name = key.at(-1);
    if (name === undefined) return this.#element(value, 0);
    this.#put(`${indentOf(key)}${quotedKey(name)} = `);
    this.#element(value, key.length);
    if (!isInline) this.#newLine();
  }

  #table(key: readonly string[], table: GoMap | Struct): void {
    if (key.length === 1) this.#newLine();
    if (key.length > 0) {
      this.#put(`${indentOf(key)}[${key.map(quotedKey).join('.')}]`);
      this.#newLine();
    }
    for (const [name, value] of sorted(table)) this.#entry([...key, name], value);
  }

  #tables(key: readonly string[], { items }: Slice): void {
    if (key.length === 0) throw new FunctionError('top-level values must be Go maps or structs');
    for (const item of items) {
      if (!isTable(item)) continue;
      this.#newLine();
      this.#put(`${indentOf(key)}[[${key.map(quotedKey).join('.')}]]`);
      this.#newLine();
      for (const [name, value] of sorted(item)) this.#entry([...key, name], value);
    }
  }

  #element(value: Value, depth: number): void {
    this.#meter.step();
    checkDepth(depth);
    if (value instanceof Slice) this.#list(value, depth);
    else if (isTable(value)) this.#inlineTable(value, depth);
    else this.#put(scalarText(value));
  }

  #list({ items }: Slice, depth: number): void {
    if (items.includes(undefined)) throw new FunctionError('toml: cannot encode array with nil element');
    this.#put('[');
    for (const [index, item] of items.entries()) {
      if (index > 0) this.#put(', ');
      this.#element(item, depth + 1);
    }
    this.#put(']');
  }

  #inlineTable(table: GoMap | Struct, depth: number): void {
    this.#put('{');
    for (const [index, [name, value]] of sorted(table).entries()) {
      if (index > 0) this.#put(', ');
      this.#put(`${quotedKey(name)} = `);
      this.#element(value, depth + 1);
    }
    this.#put('}');
  }
}

/** What is there, in the order in which it is written: fields of structs keep theirs. */
function sorted(table: GoMap | Struct): readonly (readonly [string, Value])[] {
  const names = table instanceof GoMap ? table.sortedKeys() : [...table.fields.keys()];
  const entries = names.map((name) => [name, (table instanceof GoMap ? table.entries : table.fields).get(name)] as const).filter(([, value]) => isThere(value));
  const isLater = ([, value]: readonly [string, Value]): boolean => isTable(value) || isTableList(value);
  return [...entries.filter((entry) => !isLater(entry)), ...entries.filter(isLater)];
}

function isThere(value: Value): boolean {
  return value !== undefined && !((value instanceof Slice || value instanceof GoMap) && value.isNil);
}

function isTable(value: Value): value is GoMap | Struct {
  return value instanceof GoMap || (value instanceof Struct && momentIn(value) === undefined);
}

function isTableList(value: Value): value is Slice {
  if (!(value instanceof Slice) || value.items.length === 0) return false;
  if (!value.items.every(isThere)) throw new FunctionError('toml: cannot encode array with nil element');
  return value.items.every(isTable);
}

function scalarText(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Int) return value.type.text === undefined ? String(value.value) : quoted(value.type.text(value));
  const moment = momentIn(value);
  if (moment !== undefined) return formatTime(moment, rfc3339Nano);
  throw new FunctionError(`unsupported type: ${value instanceof Func ? 'func' : 'invalid'}`);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = formatFloat(value, 'g');
  return /[e.]/.test(text) ? text : `${text}.0`;
}

function indentOf(key: readonly string[]): string {
  return '  '.repeat(Math.max(0, key.length - 1));
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

function quoted(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return `"${text.replaceAll(/["\\\u0000-\u001f\u007f]/g, (char) => escapes.get(char) ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}
