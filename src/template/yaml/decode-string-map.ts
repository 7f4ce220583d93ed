import { YamlError } from '../../lib/yaml-error.ts';
import { toText } from '../value/byte-string.ts';
import type { Meter } from '../value/value.ts';
import type { ShallowValue } from './decode-tree.ts';
import { decodeEntries, decodeTree } from './decode-tree.ts';
import { float32Text } from './float32-text.ts';
import { keyText } from './key-text.ts';
import { readYaml } from './read/read-yaml.ts';

/** About what a number with a fraction costs to be rounded and written. */
const stepsPerFloat = 3;
/** Of an entry, beside its value. */
const bytesPerEntry = 32;

/**
 * Reads the first document of a text as k8s.io/apimachinery's yaml.Unmarshal does into a `map[string]string`, which is what External Secrets
 * makes of a rendered text of keys and values: numbers and booleans become their text, numbers with a fraction rounded to float32, null the
 * empty string.
 * @throws YamlError, which quotes neither keys nor values: the text is rendered, and a key may hold a secret as well; LimitError
 */
export function decodeStringMap(text: Uint8Array, meter: Meter): ReadonlyMap<string, string> {
  const tree = readYaml(text, meter);
  if (tree === undefined) return new Map();
  const { line } = tree;
  if (tree.kind === 'scalar' && decodeTree(tree, meter) === null) return new Map();
  if (tree.kind !== 'map') throw new YamlError('this is not a map of keys and values', { line, column: 1 });
  return new Map(
    Array.from(decodeEntries(tree, meter), ([plainKey, value], index) => {
      const key = toText(keyText(plainKey));
      meter.step(1 + key.length / 100);
      meter.allocate(bytesPerEntry + key.length);
      return [key, valueText(index, value, line, meter)];
    }),
  );
}

function valueText(index: number, value: ShallowValue, line: number, meter: Meter): string {
  if (value === null) return '';
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    meter.step(stepsPerFloat);
    return float32Text(value);
  }
  if (typeof value !== 'string') throw new YamlError(`the value of entry ${index + 1} is a ${value.kind}; only strings, numbers and booleans are taken`, { line, column: 1 });
  // aliases may have multiplied it
  meter.step(value.length / 100);
  meter.allocate(value.length);
  return toText(value);
}
