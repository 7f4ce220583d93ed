import type { ChartValues } from '../chart.ts';
import { ChartError } from '../load/chart-error.ts';
import { jsonToItem } from './json-to-item.ts';
import { mergeValues } from './merge-values.ts';
import { type SetGrammar, SetParser } from './set-parser.ts';
import { isTable, type TableItem, toTable, toValues } from './table.ts';

/**
 * Values with those of a `--set` laid over them: `a.b=1,c[0]=x,d={y,z}`. Whole numbers become int64, and true, false and null what they say.
 * @throws ChartError with the position, quoting nothing
 */
export function setValue(values: ChartValues, text: string): ChartValues {
  return set(values, text, { kind: 'plain', read: typed });
}

/** As `setValue`, for `--set-string`: every value is a text. */
export function setStringValue(values: ChartValues, text: string): ChartValues {
  return set(values, text, { kind: 'plain', read: (value) => value });
}

/** As `setValue`, for `--set-file`: a value is the path of the file whose text is taken. @param read throws for one that cannot be read */
export function setFileValues(values: ChartValues, text: string, read: (path: string) => Uint8Array): ChartValues {
  return set(values, text, { kind: 'plain', read: (path) => textOf(read(path)) });
}

/** As `setFileValues`, for one key and a file that is at hand. @param key in the grammar of `--set` */
export function setFileValue(values: ChartValues, key: string, file: Uint8Array): ChartValues {
  return setFileValues(values, `${key}=file`, () => file);
}

/** As `setValue`, for `--set-json`: `a={"b":1},c=[2]`, or an object that is merged over all values. */
export function setJsonValue(values: ChartValues, text: string): ChartValues {
  if (!text.trim().startsWith('{')) return set(values, text, { kind: 'json' });
  const table = jsonToItem(text.trim());
  if (!isTable(table)) throw new ChartError('this is no JSON object');
  return mergeValues(values, toValues(table));
}

/** As `setValue`, for `--set-literal`: one key, and all that follows is its value. */
export function setLiteralValue(values: ChartValues, text: string): ChartValues {
  return set(values, text, { kind: 'literal' });
}

function set(values: ChartValues, text: string, grammar: SetGrammar): ChartValues {
  const table = toTable(values);
  new SetParser(text, grammar).readInto(table);
  return toValues(table);
}

function textOf(file: Uint8Array): string {
  return Buffer.from(file).toString('utf8');
}

const words: ReadonlyMap<string, TableItem> = new Map<string, TableItem>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A number that begins with a zero is a text, save zero itself. */
function typed(text: string): TableItem {
  const word = words.get(text.toLowerCase());
  if (word !== undefined) return word;
  if (text === '0') return 0n;
  if (!/^[+-]?\d{1,1000}$/.test(text) || text.startsWith('0')) return text;
  const number = BigInt(text.replace('+', ''));
  return BigInt.asIntN(64, number) === number ? number : text;
}
