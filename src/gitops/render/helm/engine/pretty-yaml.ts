import { FunctionError } from '../../../../template/template-error.ts';
import { fromText, isAscii, toText } from '../../../../template/value/byte-string.ts';
import { checkDepth } from '../../../../template/value/depth.ts';
import type { Meter, Value } from '../../../../template/value/value.ts';
import { GoMap, Int, Slice, Struct } from '../../../../template/value/value.ts';
import { compareKeys, sortKey } from '../../../../template/yaml/compare-keys.ts';
import type { YamlNode } from '../../../../template/yaml/yaml-node.ts';
import { YamlMap } from '../../../../template/yaml/yaml-node.ts';
import { YamlWriter } from '../../../../template/yaml/yaml-writer.ts';

/**
 * A value as go-yaml v3 writes it with an indentation of two: lists below their keys, long lines as they are, numbers as Go has them.
 * @throws FunctionError for functions and bytes that are not UTF-8, LimitError
 */
export function encodePrettyYaml(value: Value, meter: Meter): string {
  const writer = new YamlWriter(meter, 'pretty');
  writer.write(toNode(value, meter, 0));
  return writer.parts.join('').replace(/\n$/, '');
}

function toNode(value: Value, meter: Meter, depth: number): YamlNode {
  meter.step();
  meter.allocate(16);
  checkDepth(depth);
  if (value === undefined) return null;
  if (typeof value === 'string') return validText(value);
  if (typeof value !== 'object') return value;
  if (value instanceof Int) return value.type.text === undefined ? value.value : value.type.text(value);
  if (value instanceof Slice) return value.items.map((item) => toNode(item, meter, depth + 1));
  if (value instanceof GoMap) return toYamlMap(value.entries, meter, depth);
  // fields go by their names in lower case
  if (value instanceof Struct) return new YamlMap(Array.from(value.fields, ([name, field]) => [name.toLowerCase(), toNode(field, meter, depth + 1)] as const));
  throw new FunctionError('a function cannot be written as YAML');
}

function toYamlMap(entries: ReadonlyMap<string, Value>, meter: Meter, depth: number): YamlMap {
  const sortable = Array.from(entries, ([key, value]) => ({ order: sortKey(key), key: validText(key), node: toNode(value, meter, depth + 1) }));
  meter.step(sortable.length * 2);
  return new YamlMap(sortable.toSorted((left, right) => compareKeys(left.order, right.order)).map(({ key, node }) => [key, node] as const));
}

function validText(text: string): string {
  if (!isAscii(text) && fromText(toText(text)) !== text) throw new FunctionError('bytes that are not UTF-8 cannot be written as YAML');
  return text;
}
