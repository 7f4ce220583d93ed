import type { YamlNode } from '../template/yaml/yaml-node.ts';

/** Data of JSON, as manifests are made of. Fields stand in an object; names that anyone may choose in a Map, which keeps those made of digits in their order. */
export type Json = string | number | boolean | null | readonly Json[] | ReadonlyMap<string, Json> | JsonObject;
export interface JsonObject {
  readonly [name: string]: Json;
}

export type OutputFormat = 'json' | 'yaml';

/**
 * Prints an object byte for byte as kubeseal does. JSON: fields in their order, two spaces, HTML's characters escaped. YAML: after `---`,
 * keys sorted and scalars quoted as sigs.k8s.io/yaml has them. What it takes to write YAML is loaded when it is asked for.
 */
export async function printManifest(object: JsonObject, format: OutputFormat): Promise<string> {
  if (format === 'json') return `${writeJson(object, '')}\n`;
  yamlWriting ??= loadYamlWriting();
  const [{ YamlWriter }, { YamlMap }, { compareKeys, sortKey }, { fromText }] = await yamlWriting;
  const nodeOf = (value: Json): YamlNode => {
    if (typeof value === 'string') return fromText(value);
    if (typeof value !== 'object' || value === null) return value;
    if (isList(value)) return value.map(nodeOf);
    const entries = entriesOf(value).map(([key, inner]) => ({ order: sortKey(fromText(key)), entry: [fromText(key), nodeOf(inner)] as const }));
    return new YamlMap(entries.toSorted((one, other) => compareKeys(one.order, other.order)).map(({ entry }) => entry));
  };
  // what is printed is the size of what was read, which has a bound
  const writer = new YamlWriter({ step: () => {}, allocate: () => {} });
  writer.write(nodeOf(object));
  return `---\n${Buffer.from(writer.parts.join(''), 'latin1').toString('utf8')}`;
}

/** Asked for once: an import of what is loaded already costs as much as it takes to print. */
let yamlWriting: ReturnType<typeof loadYamlWriting> | undefined;

function loadYamlWriting() {
  return Promise.all([
    import('../template/yaml/yaml-writer.ts'),
    import('../template/yaml/yaml-node.ts'),
    import('../template/yaml/compare-keys.ts'),
    import('../template/value/byte-string.ts'),
  ]);
}

function writeJson(value: Json, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, escapeLikeGo);
  const inner = `${indent}  `;
  const [open, close] = isList(value) ? '[]' : '{}';
  const lines = isList(value) ? value.map((item) => writeJson(item, inner)) : entriesOf(value).map(([key, item]) => `${writeJson(key, inner)}: ${writeJson(item, inner)}`);
  return lines.length === 0 ? `${open}${close}` : `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function entriesOf(map: ReadonlyMap<string, Json> | JsonObject): readonly (readonly [string, Json])[] {
  return map instanceof Map ? [...map] : Object.entries(map);
}

function escapeLikeGo(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
