/** What go-yaml prints: strings are byte strings of valid UTF-8, maps are sorted. */
export type YamlNode = null | boolean | bigint | number | string | YamlMap | readonly YamlNode[];

export class YamlMap {
  readonly entries: readonly (readonly [key: string, value: YamlNode])[];

  constructor(entries: readonly (readonly [key: string, value: YamlNode])[]) {
    this.entries = entries;
  }
}
