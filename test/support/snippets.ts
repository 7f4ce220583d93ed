import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/object.ts';
import { parseYaml } from '../../src/lib/yaml.ts';

/** A file of manifests as External Secrets' documentation shows it. */
export interface Snippet {
  /** Its path below the folder. */
  readonly file: string;
  /** Its objects, in order. */
  readonly objects: readonly KubeObject[];
  /** Why it is no YAML; absent where it is. */
  readonly problem?: string;
}

/** Every YAML file below the folder, without the marks of the documentation's own template language. */
export function readSnippets(folder: string): readonly Snippet[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  return names.toSorted().map((file) => readSnippet(file, readFileSync(join(folder, file), 'utf8')));
}

function readSnippet(file: string, text: string): Snippet {
  try {
    const documents = parseYaml(text.replaceAll(/\{%-? *(?:end)?raw *-?%\}/g, ''));
    return { file, objects: documents.flatMap(({ value }) => (isKubeObject(value) ? [value] : [])) };
  } catch (error) {
    return { file, objects: [], problem: error instanceof Error ? error.message : String(error) };
  }
}

/** A name is all that the rest of the product relies on; the documentation has an object or two without one. */
function isKubeObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'apiVersion' in value && 'kind' in value && 'metadata' in value;
}
