import type { JsonNode } from '../json/json-node.ts';
import { JsonNumber, JsonObject } from '../json/json-node.ts';
import { quoteJson } from '../json/quote-json.ts';
import { FunctionError } from '../template-error.ts';
import { fromText, isAscii, toRunes, toText } from '../value/byte-string.ts';
import type { Meter } from '../value/value.ts';
import { compareKeys, sortKey } from './compare-keys.ts';
import { rereadString } from './reread-string.ts';
import { resolveScalar } from './resolve-scalar.ts';
import type { YamlNode } from './yaml-node.ts';
import { YamlMap } from './yaml-node.ts';

/** Beyond that many characters, quotes included, YAML reads no key. */
const longestKey = 1024;

/**
 * What go-yaml reads of the JSON that encoding/json writes: this is how sigs.k8s.io/yaml comes from a value to YAML.
 * @throws FunctionError for the few strings that are JSON, but not YAML
 */
export function rereadJson(node: JsonNode, meter: Meter): YamlNode {
  meter.step();
  meter.allocate(16);
  if (node === null || typeof node === 'boolean') return node;
  if (typeof node === 'string') return readString(node, meter);
  if (node instanceof JsonNumber) return readNumber(node.literal);
  return node instanceof JsonObject ? readObject(node, meter) : node.map((item) => rereadJson(item, meter));
}

function readString(text: string, meter: Meter): string {
  meter.step(text.length / 50);
  if (isAscii(text)) return rereadValid(text, meter);
  // rune by rune, several times
  meter.step(text.length / 10);
  meter.allocate(text.length);
  return rereadValid(fromText(toText(text)), meter);
}

function rereadValid(valid: string, meter: Meter): string {
  return rereadString(valid, meter) ?? refuse('a string has a control character');
}

function readObject({ entries }: JsonObject, meter: Meter): YamlMap {
  // the last of keys that have become equal wins
  const values = new Map(entries.map(([key, value]) => [readKey(key, meter), rereadJson(value, meter)] as const));
  const sortable = [...values].map(([key, value]) => ({ order: sortKey(key), entry: [key, value] as const }));
  meter.step(entries.length + entries.reduce((sum, [key]) => sum + key.length, 0) / 5);
  return new YamlMap(sortable.toSorted((left, right) => compareKeys(left.order, right.order)).map(({ entry }) => entry));
}

function readKey(key: string, meter: Meter): string {
  const text = readString(key, meter);
  const isLong = key.length > longestKey / 8 && toRunes(quoteJson(key, true, meter)).length > longestKey;
  if (isLong || key.includes('\u00c2\u0085')) refuse('a key is too long or has more than one line');
  return text;
}

/** A number as YAML reads it: what fits 64 bits is an integer. */
function readNumber(literal: string): YamlNode {
  const value = resolveScalar(literal);
  // only what is out of range stays a string, and encoding/json writes no such number
  return typeof value === 'string' ? Number(literal) : value;
}

function refuse(problem: string): never {
  throw new FunctionError(`cannot be written as YAML: ${problem}`);
}
