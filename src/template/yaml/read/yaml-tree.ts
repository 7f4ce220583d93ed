/** YAML as it is written, before anything is made of it: every scalar is its text. Where an alias stands, there is the very node it names. */
export type YamlTree = YamlScalar | YamlList | YamlMapping;

interface YamlPlace {
  /** Counted from 1. */
  readonly line: number;
  /** Spelled out: `tag:yaml.org,2002:int`, `!foo`, `!`; empty without one. */
  readonly tag: string;
}

export interface YamlScalar extends YamlPlace {
  readonly kind: 'scalar';
  readonly text: string;
  /** Not quoted and not a block, and so to be resolved; a lone `!` makes any scalar count as one. */
  readonly isPlain: boolean;
}

export interface YamlList extends YamlPlace {
  readonly kind: 'list';
  readonly items: readonly YamlTree[];
}

export interface YamlMapping extends YamlPlace {
  readonly kind: 'map';
  readonly entries: readonly (readonly [key: YamlTree, value: YamlTree])[];
}
