import { fromText, isAscii, toBytes, toText } from '../value/byte-string.ts';
import { dict, list } from '../value/go-type.ts';
import type { Meter, Value } from '../value/value.ts';
import { GoMap } from '../value/value.ts';
import { decodeTree, isMap } from './decode-tree.ts';
import { keyText } from './key-text.ts';
import type { YamlData } from './decode-tree.ts';
import { GoYamlError } from './read/go-yaml-error.ts';
import { readYaml } from './read/read-yaml.ts';

/**
 * The first document of a text as sigs.k8s.io/yaml reads it into a `map[string]interface {}`: numbers are float64, a text without content
 * is an empty map.
 * @param text a byte string
 * @throws GoYamlError, LimitError
 */
export function decodeYamlMap(text: string, meter: Meter): GoMap {
  const value = decodeYaml(text, meter);
  if (value === undefined) return dict();
  if (value instanceof GoMap) return value;
  const kind = typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'array' : typeof value;
  throw new GoYamlError('this is not a map', 1, `${unmarshaling}cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
}

const unmarshaling = 'error unmarshaling JSON: while decoding JSON: json: ';

/** As `decodeYamlMap`, for whatever stands there. */
export function decodeYaml(text: string, meter: Meter): Value {
  const tree = readYaml(toBytes(text), meter);
  return tree === undefined ? undefined : toValue(decodeTree(tree, meter), meter);
}

/** By way of JSON: no infinities, no bytes that are not UTF-8. */
function toValue(data: YamlData, meter: Meter): Value {
  meter.step();
  meter.allocate(16);
  if (data === null) return undefined;
  if (typeof data === 'bigint') return Number(data);
  if (typeof data === 'boolean') return data;
  if (typeof data === 'string') return jsonText(data, meter);
  if (typeof data === 'number') {
    if (Number.isFinite(data)) return data;
    throw notFinite(data);
  }
  if (isMap(data)) return dict([...data].map(([key, item]) => [jsonText(keyText(key), meter), toValue(item, meter)] as const));
  return list(data.map((item) => toValue(item, meter)));
}

function jsonText(text: string, meter: Meter): string {
  meter.step(text.length / 100);
  if (isAscii(text)) return text;
  // a copy for each alias
  meter.allocate(text.length);
  return fromText(toText(text));
}

function notFinite(value: number): GoYamlError {
  const name = Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  return new GoYamlError('infinity and not-a-number cannot be kept', 1, `json: unsupported value: ${name}`);
}
