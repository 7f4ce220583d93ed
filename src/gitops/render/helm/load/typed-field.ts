import { formatFloat } from '../../../../template/format/float.ts';
import { toText } from '../../../../template/value/byte-string.ts';
import type { YamlData } from '../../../../template/yaml/decode-tree.ts';
import { isMap } from '../../../../template/yaml/decode-tree.ts';
import { float32Text } from '../../../../template/yaml/float32-text.ts';
import { mapKey } from './chart-yaml.ts';
import { ChartError } from './chart-error.ts';

/**
 * The fields of a map by their names, which Go's JSON compares without regard to case. Of several that are one to it the last wins, in the
 * order of their spelling.
 * @param names of the fields that are known; others are left out
 * @throws ChartError where there is no map
 */
export function fieldsOf<Name extends string>(data: YamlData, names: readonly Name[], place: string): ReadonlyMap<Name, YamlData> {
  if (typeof data !== 'object' || data === null || !isMap(data)) throw new ChartError(`${place} must be a map`);
  const fields = new Map<Name, YamlData>();
  const entries = Array.from(data, ([key, value]) => [mapKey(key), value] as const);
  for (const [key, value] of entries.toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const name = names.find((candidate) => candidate === key) ?? names.find((candidate) => folded(candidate) === folded(key));
    // null says nothing about what is there already
    if (name !== undefined && value !== null) fields.set(name, value);
  }
  return fields;
}

function folded(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** A text; numbers and booleans are taken for theirs. A number with a fraction has no more of it than a float32 has. */
export function textField(data: YamlData, place: string): string {
  if (data === null) return '';
  if (typeof data === 'string') return toText(data);
  if (typeof data === 'bigint' || typeof data === 'boolean') return String(data);
  if (typeof data === 'number') return float32Text(data);
  throw new ChartError(`${place} must be a text`);
}

export function booleanField(data: YamlData, place: string): boolean {
  if (typeof data !== 'boolean') throw new ChartError(`${place} must be true or false`);
  return data;
}

/** @param read takes an item with its place */
export function listField<Item>(data: YamlData, place: string, read: (item: YamlData, place: string, index: number) => Item): readonly Item[] {
  if (typeof data !== 'object' || data === null || isMap(data)) throw new ChartError(`${place} must be a list`);
  return data.map((item, index) => read(item, `${place}[${index}]`, index));
}

/** A map of texts. */
export function textsField(data: YamlData, place: string): Readonly<Record<string, string>> {
  if (typeof data !== 'object' || data === null || !isMap(data)) throw new ChartError(`${place} must be a map`);
  return Object.fromEntries(Array.from(data, ([key, value]) => [mapKey(key), textField(value, `${place}.${mapKey(key)}`)]));
}

/** What Go's fmt prints for `%v`: a text as it is. Lists and maps are of no use where this is asked. */
export function printed(data: YamlData | undefined): string {
  if (data === undefined || data === null) return '<nil>';
  if (typeof data === 'string') return toText(data);
  if (typeof data === 'number' || typeof data === 'bigint') return formatFloat(Number(data), 'g');
  return typeof data === 'boolean' ? String(data) : '';
}
