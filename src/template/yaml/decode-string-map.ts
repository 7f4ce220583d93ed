import { YamlError } from '../../lib/yaml-error.ts';
import { toText } from '../value/byte-string.ts';
import { decodeTree, isMap } from './decode-tree.ts';
import { keyText } from './key-text.ts';
import type { YamlData } from './decode-tree.ts';
import { float32Text } from './float32-text.ts';
import { readYaml } from './read/read-yaml.ts';

/**
 * Reads the first document of a text as k8s.io/apimachinery's yaml.Unmarshal does into a `map[string]string`, which is what External Secrets
 * makes of a rendered text of keys and values: numbers and booleans become their text, numbers with a fraction rounded to float32, null the
 * empty string.
 * @throws YamlError, which names a key whose value is a list or a map, and never quotes a value
 */
export function decodeStringMap(text: Uint8Array): ReadonlyMap<string, string> {
  const tree = readYaml(text);
  const data = tree === undefined ? null : decodeTree(tree);
  if (data === null) return new Map();
  const line = tree?.line ?? 1;
  if (!isMap(data)) throw new YamlError('this is not a map of keys and values', { line, column: 1 });
  return new Map([...data].map(([key, value]) => [toText(keyText(key)), valueText(toText(keyText(key)), value, line)]));
}

function valueText(key: string, value: YamlData, line: number): string {
  if (value === null) return '';
  if (typeof value === 'string') return toText(value);
  if (typeof value === 'number') return float32Text(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw new YamlError(`the value of ${JSON.stringify(key)} is a ${isMap(value) ? 'map' : 'list'}; only strings, numbers and booleans are taken`, { line, column: 1 });
}
