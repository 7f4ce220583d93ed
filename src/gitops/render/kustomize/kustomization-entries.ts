import { parseYaml } from '../../../lib/yaml.ts';
import { fieldsOf, listOf, textOf } from '../../plan/needs/field.ts';

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
  readonly refused: readonly RefusedField[];
}

/** A field that is an error wherever it stands, and why. */
export interface RefusedField {
  readonly field: string;
  readonly line: number;
  readonly message: string;
}

/** Lists of files and folders. */
const lists = ['resources', 'bases', 'components', 'crds', 'configurations'];
const patch = new Set(['path', 'patch', 'target', 'options']);
const generator = new Set(['name', 'namespace', 'behavior', 'literals', 'files', 'envs', 'env', 'options', 'type']);
/** Lists of objects that may name files, and the fields of these objects. */
const lookedInto: Readonly<Record<string, ReadonlySet<string>>> = {
  ...{ patches: patch, patchesJson6902: patch, replacements: new Set(['path', 'source', 'sourceValue', 'targets']) },
  ...{ configMapGenerator: generator, secretGenerator: generator },
};
/** They name no files. */
const plain = ['apiVersion', 'kind', 'metadata', 'namePrefix', 'nameSuffix', 'namespace', 'commonLabels', 'labels', 'commonAnnotations', 'images', 'imageTags', 'replicas', 'vars', 'sortOptions', 'generatorOptions', 'buildMetadata'];
const known: ReadonlySet<string> = new Set([...plain, ...lists, ...Object.keys(lookedInto), 'patchesStrategicMerge', 'openapi']);

const charts = 'is not supported: charts are rendered by Applications of their own';
const plugins = 'is not supported: what a plugin would read or fetch cannot be looked at before it runs; configMapGenerator, secretGenerator, patches, replacements and the other fields do what the builtin ones do';
/** They start programs, or read and fetch what their own configuration says. */
const never: ReadonlyMap<string, string> = new Map([
  ...['helmCharts', 'helmGlobals', 'helmChartInflationGenerator'].map((name) => [name, charts] as const),
  ...['generators', 'transformers', 'validators'].map((name) => [name, plugins] as const),
]);
// kustomize takes `Resources` for `resources`, as Go's JSON does; nothing that is read here would
const unknown = 'is not a field that kustomize has; letters must be in its case';

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
    if (text !== undefined) entries.push({ field, text, line: document.lineOf(field) });
  };
  const each = (name: string, visit: (field: string, item: unknown) => void): void => {
    for (const [index, item] of listOf(fields[name]).entries()) visit(`${name}[${index}]`, item);
  };
  for (const name of lists) each(name, add);
  // several lines are YAML in place: no URL has them
  each('patchesStrategicMerge', (field, item) => add(field, textOf(item)?.includes('\n') === true ? undefined : item));
  for (const name of Object.keys(lookedInto)) each(name, (field, item) => addNamed(field, fieldsOf(item), add));
  add('openapi.path', fieldsOf(fields['openapi'])['path']);
  return { entries, refused: refusedIn(fields).map((one) => ({ ...one, line: document.lineOf(one.field) })) };
}

/** What is never done, and whatever is not spelled exactly as kustomize has it (api/types/kustomization.go). */
function refusedIn(fields: Readonly<Record<string, unknown>>): readonly Omit<RefusedField, 'line'>[] {
  const atTop = Object.keys(fields).flatMap((field) => (known.has(field) ? [] : [{ field, message: never.get(field) ?? unknown }]));
  const inside = Object.entries(lookedInto).flatMap(([name, itsFields]) =>
    listOf(fields[name]).flatMap((item, index) => Object.keys(fieldsOf(item)).flatMap((key) => (itsFields.has(key) ? [] : [{ field: `${name}[${index}].${key}`, message: unknown }]))),
  );
  return [...atTop, ...inside];
}

/** Files of an object in a list; those of generators may stand as KEY=FILE. */
function addNamed(field: string, item: Readonly<Record<string, unknown>>, add: (field: string, value: unknown) => void): void {
  for (const name of ['path', 'env']) add(`${field}.${name}`, item[name]);
  for (const name of ['files', 'envs']) {
    for (const [index, file] of listOf(item[name]).entries()) {
      const text = textOf(file);
      add(`${field}.${name}[${index}]`, text === undefined || name === 'envs' ? file : text.slice(text.indexOf('=') + 1));
    }
  }
}
