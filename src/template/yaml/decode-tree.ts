import type { Meter } from '../value/value.ts';
import { decodeScalar } from './decode-scalar.ts';
import { GoYamlError } from './read/go-yaml-error.ts';
import type { YamlList, YamlMapping, YamlTree } from './read/yaml-tree.ts';
import type { PlainValue } from './resolve-scalar.ts';

/** What go-yaml makes of YAML: keys may be any scalar. Strings are byte strings. */
export type YamlData = PlainValue | readonly YamlData[] | YamlDataMap;
type YamlDataMap = ReadonlyMap<PlainValue, YamlData>;

/** More values than this are not made of one text, however its aliases multiply them. */
const mostValues = 400_000;

export function isMap(data: YamlData): data is YamlDataMap {
  return data instanceof Map;
}

/** @throws GoYamlError for keys that are no scalars, values that do not fit their tags, and merges of what is no map */
export function decodeTree(tree: YamlTree, meter?: Meter): YamlData {
  return new TreeDecoder(meter).decode(tree);
}

class TreeDecoder {
  readonly #meter: Meter | undefined;
  #values = 0;

  constructor(meter: Meter | undefined) {
    this.#meter = meter;
  }

  decode(tree: YamlTree): YamlData {
    this.#values += 1;
    this.#meter?.step();
    this.#meter?.allocate(16);
    if (this.#values > mostValues) throw new GoYamlError('document contains excessive aliasing', tree.line);
    if (tree.kind === 'scalar') return decodeScalar(tree);
    return tree.kind === 'list' ? this.#list(tree) : this.#map(tree, new Map());
  }

  #list({ items }: YamlList): readonly YamlData[] {
    return items.map((item) => this.decode(item));
  }

  /** Adds entries in their order: a merge replaces what stands before it, and is replaced by what comes after. */
  #map({ entries }: YamlMapping, into: Map<PlainValue, YamlData>): Map<PlainValue, YamlData> {
    for (const [key, value] of entries) {
      if (isMerge(key)) this.#merge(value, into);
      else into.set(decodeKey(key), this.decode(value));
    }
    return into;
  }

  #merge(value: YamlTree, into: Map<PlainValue, YamlData>): void {
    // the first of several maps wins
    for (const source of value.kind === 'list' ? value.items.toReversed() : [value]) {
      if (source.kind !== 'map') throw new GoYamlError('map merge requires map or sequence of maps as the value', value.line);
      this.#values += 1;
      this.#map(source, into);
    }
  }
}

function isMerge(key: YamlTree): boolean {
  if (key.kind !== 'scalar' || key.text !== '<<') return false;
  return key.isPlain || key.tag === 'tag:yaml.org,2002:merge';
}

function decodeKey(key: YamlTree): PlainValue {
  if (key.kind !== 'scalar') throw new GoYamlError('invalid map key', key.line);
  return decodeScalar(key);
}
