import type { Meter } from '../value/value.ts';
import { decodeScalar } from './decode-scalar.ts';
import { GoYamlError } from './read/go-yaml-error.ts';
import type { YamlList, YamlMapping, YamlScalar, YamlTree } from './read/yaml-tree.ts';
import type { PlainValue } from './resolve-scalar.ts';

/** What go-yaml makes of YAML: keys may be any scalar. Strings are byte strings. */
export type YamlData = PlainValue | readonly YamlData[] | YamlDataMap;
type YamlDataMap = ReadonlyMap<PlainValue, YamlData>;

/** A scalar, decoded, or what is left as it is. */
export type ShallowValue = PlainValue | YamlList | YamlMapping;

/** More values than this are not made of one text, however its aliases multiply them. */
const mostValues = 400_000;

/** Longer scalars are decoded once and shared by all aliases; shorter ones are no larger than what is charged for a value. */
const longestCopied = 16;

export function isMap(data: YamlData): data is YamlDataMap {
  return data instanceof Map;
}

/** @throws GoYamlError for keys that are no scalars, values that do not fit their tags, and merges of what is no map; LimitError */
export function decodeTree(tree: YamlTree, meter: Meter): YamlData {
  return new TreeDecoder(meter).decode(tree);
}

/** The entries of a map, of which those that are lists or maps themselves are not looked into. @throws as `decodeTree` */
export function decodeEntries(tree: YamlMapping, meter: Meter): ReadonlyMap<PlainValue, ShallowValue> {
  return new TreeDecoder(meter).entries(tree);
}

class TreeDecoder {
  readonly #meter: Meter;
  readonly #scalars = new Map<YamlScalar, PlainValue>();
  #values = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  decode(tree: YamlTree): YamlData {
    this.#count(tree);
    if (tree.kind === 'scalar') return this.#scalar(tree);
    if (tree.kind === 'list') return tree.items.map((item) => this.decode(item));
    return this.#map<YamlData>(tree, new Map(), (value) => this.decode(value));
  }

  entries(tree: YamlMapping): ReadonlyMap<PlainValue, ShallowValue> {
    return this.#map<ShallowValue>(tree, new Map(), (value) => {
      this.#count(value);
      return value.kind === 'scalar' ? this.#scalar(value) : value;
    });
  }

  /** Aliases make a node count wherever they stand. */
  #count({ line }: YamlTree): void {
    this.#values += 1;
    this.#meter.step();
    this.#meter.allocate(16);
    if (this.#values > mostValues) throw new GoYamlError('document contains excessive aliasing', line);
  }

  #scalar(scalar: YamlScalar): PlainValue {
    if (scalar.text.length <= longestCopied) return decodeScalar(scalar);
    const known = this.#scalars.get(scalar);
    // whoever takes the value looks at all of it again
    if (known !== undefined) this.#meter.step(scalar.text.length / 100);
    const value = known ?? decodeScalar(scalar);
    this.#scalars.set(scalar, value);
    return value;
  }

  /** Adds entries in their order: a merge replaces what stands before it, and is replaced by what comes after. */
  #map<Item>({ entries }: YamlMapping, into: Map<PlainValue, Item>, decodeValue: (value: YamlTree) => Item): Map<PlainValue, Item> {
    for (const [key, value] of entries) {
      if (isMerge(key)) this.#merge(value, into, decodeValue);
      else into.set(this.#key(key), decodeValue(value));
    }
    return into;
  }

  #merge<Item>(value: YamlTree, into: Map<PlainValue, Item>, decodeValue: (value: YamlTree) => Item): void {
    const sources = value.kind === 'list' ? value.items : [value];
    this.#meter.step(sources.length);
    // the first of several maps wins
    for (const source of sources.toReversed()) {
      if (source.kind !== 'map') throw new GoYamlError('map merge requires map or sequence of maps as the value', value.line);
      this.#count(source);
      this.#map(source, into, decodeValue);
    }
  }

  #key(key: YamlTree): PlainValue {
    if (key.kind !== 'scalar') throw new GoYamlError('invalid map key', key.line);
    return this.#scalar(key);
  }
}

function isMerge(key: YamlTree): boolean {
  if (key.kind !== 'scalar' || key.text !== '<<') return false;
  return key.isPlain || key.tag === 'tag:yaml.org,2002:merge';
}
