import { parseYaml } from '../../../lib/yaml.ts';
import { fieldsOf, textOf } from '../../plan/needs/field.ts';

/** A file or folder that a kustomization names. */
export interface KustomizationEntry {
  /** `resources[0]`, `patches[1].path`. */
  readonly field: string;
  readonly text: string;
  readonly line: number;
}

/** What a kustomization names, and what of it is never done. */
export interface KustomizationEntries {
  readonly entries: readonly KustomizationEntry[];
  readonly refused: readonly { readonly field: string; readonly line: number }[];
}

/** Lists of files, folders, and where `inline` says so, YAML in place. */
const lists = ['resources', 'bases', 'components', 'crds', 'configurations', 'generators', 'transformers', 'validators', 'patchesStrategicMerge'];
/** Lists of objects that may name a file as `path`. */
const withPath = ['patches', 'patchesJson6902', 'replacements'];
/** They start programs, or fetch. */
const never = ['helmCharts', 'helmGlobals', 'helmChartInflationGenerator'];

/**
 * Reads from a kustomization whatever kustomize would open, so that it can be looked at before kustomize runs.
 * @throws YamlError
 */
export function readKustomization(content: Uint8Array): KustomizationEntries {
  const [document] = parseYaml(content);
  if (document === undefined) return { entries: [], refused: [] };
  const fields = fieldsOf(document.value);
  const entries: KustomizationEntry[] = [];
  const add = (field: string, value: unknown): void => {
    const text = textOf(value);
    // several lines are YAML in place
    if (text !== undefined && !text.includes('\n')) entries.push({ field, text, line: document.lineOf(field) });
  };
  const each = (name: string, visit: (field: string, item: unknown) => void): void => {
    const list = fields[name];
    if (Array.isArray(list)) for (const [index, item] of list.entries()) visit(`${name}[${index}]`, item);
  };
  for (const name of lists) each(name, add);
  for (const name of withPath) each(name, (field, item) => add(`${field}.path`, fieldsOf(item)['path']));
  for (const name of ['configMapGenerator', 'secretGenerator']) each(name, (field, item) => addGenerator(field, fieldsOf(item), add));
  add('openapi.path', fieldsOf(fields['openapi'])['path']);
  return { entries, refused: never.filter((name) => name in fields).map((field) => ({ field, line: document.lineOf(field) })) };
}

/** Files may stand as KEY=FILE. */
function addGenerator(field: string, generator: Readonly<Record<string, unknown>>, add: (field: string, value: unknown) => void): void {
  add(`${field}.env`, generator['env']);
  for (const name of ['files', 'envs']) {
    const list = generator[name];
    if (!Array.isArray(list)) continue;
    for (const [index, item] of list.entries()) {
      const text = textOf(item);
      add(`${field}.${name}[${index}]`, text === undefined || name === 'envs' ? item : text.slice(text.indexOf('=') + 1));
    }
  }
}
