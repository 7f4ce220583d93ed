import { decodeBase64 } from '../sprig/base64.ts';
import { fromText, isAscii } from '../value/byte-string.ts';
import { GoYamlError } from './read/go-yaml-error.ts';
import type { YamlScalar } from './read/yaml-tree.ts';
import type { PlainValue } from './resolve-scalar.ts';
import { isTimestamp, resolveScalar } from './resolve-scalar.ts';

const core = 'tag:yaml.org,2002:';
const resolvedTags = new Set(['bool', 'int', 'float', 'null', 'timestamp'].map((name) => core + name));

/** A scalar as go-yaml reads it into an `interface {}`. Strings are byte strings. @throws GoYamlError */
export function decodeScalar(scalar: YamlScalar): PlainValue {
  const text = isAscii(scalar.text) ? scalar.text : fromText(scalar.text);
  const { tag } = scalar;
  if (tag === '') return scalar.isPlain ? resolveScalar(text) : text;
  if (tag === `${core}binary`) return decodeBinary(text, scalar.line);
  // what has a tag of its own is a string
  return resolvedTags.has(tag) ? tagged(text, tag.slice(core.length), scalar.line) : text;
}

function tagged(text: string, tag: string, line: number): PlainValue {
  const value = resolveScalar(text);
  const found = tag === 'timestamp' && isTimestamp(text) ? tag : kindOf(value);
  if (found === tag) return value;
  if (tag === 'float' && typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return Number(value);
  throw new GoYamlError('a value does not fit its tag', line, `yaml: cannot decode !!${found} \`${text}\` as a !!${tag}`);
}

function kindOf(value: PlainValue): string {
  if (value === null) return 'null';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  return typeof value === 'boolean' ? 'bool' : 'str';
}

function decodeBinary(text: string, line: number): string {
  const bytes = decodeBase64(text);
  if (typeof bytes === 'number') throw new GoYamlError('!!binary value contains invalid base64 data', line);
  return bytes;
}
