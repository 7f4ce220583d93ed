import type { YamlData } from '../../../../template/yaml/decode-tree.ts';
import { isMap } from '../../../../template/yaml/decode-tree.ts';
import type { ChartDependency } from '../chart.ts';
import { mapKey } from './chart-yaml.ts';
import { booleanField, fieldsOf, listField, printed, textField, textsField } from './typed-field.ts';

export interface Maintainer {
  readonly name: string;
  readonly email: string;
  readonly url: string;
}

/** An entry of `dependencies`, with the fields that only templates see. */
export interface DependencyFields extends ChartDependency {
  readonly enabled: boolean;
}

/** Chart.yaml as it is written: what is absent is empty, and nothing is checked but the kinds of values. */
export interface MetadataFields {
  readonly name: string;
  readonly home: string;
  readonly sources: readonly string[];
  readonly version: string;
  readonly description: string;
  readonly keywords: readonly string[];
  /** Null for an entry that is. */
  readonly maintainers: readonly (Maintainer | null)[];
  readonly icon: string;
  readonly apiVersion: string;
  readonly condition: string;
  readonly tags: string;
  readonly appVersion: string;
  readonly deprecated: boolean;
  /** `null` where the file has none: Go's nil map, which templates can tell from an empty one. */
  readonly annotations: Readonly<Record<string, string>> | null;
  readonly kubeVersion: string;
  /** Undefined where there is no list at all. */
  readonly dependencies: readonly (DependencyFields | null)[] | undefined;
  readonly type: string;
}

const textNames = ['name', 'home', 'version', 'description', 'icon', 'apiVersion', 'condition', 'tags', 'appVersion', 'kubeVersion', 'type'] as const;
const otherNames = ['sources', 'keywords', 'maintainers', 'deprecated', 'annotations', 'dependencies'] as const;
const maintainerNames = ['name', 'email', 'url'] as const;
const dependencyTexts = ['name', 'version', 'repository', 'condition', 'alias'] as const;

export const emptyMetadata: MetadataFields = {
  name: '',
  home: '',
  sources: [],
  version: '',
  description: '',
  keywords: [],
  maintainers: [],
  icon: '',
  apiVersion: '',
  condition: '',
  tags: '',
  appVersion: '',
  deprecated: false,
  annotations: null,
  kubeVersion: '',
  dependencies: undefined,
  type: '',
};
const emptyMaintainer: Maintainer = { name: '', email: '', url: '' };
const emptyDependency: DependencyFields = { name: '', version: '', repository: '', condition: '', tags: [], enabled: false, importValues: [], alias: '' };

/**
 * Reads Chart.yaml or requirements.yaml over what is known already, as Go's JSON does: what a file does not mention stays.
 * @throws ChartError where a value is of a wrong kind
 */
export function readMetadata(data: YamlData | undefined, known: MetadataFields, file: string): MetadataFields {
  if (data === undefined || data === null) return known;
  const fields = fieldsOf(data, [...textNames, ...otherNames], file);
  const at = (name: string): string => `${file}: ${name}`;
  const texts = Object.fromEntries(textNames.map((name) => [name, readText(fields.get(name), known[name], at(name))]));
  const { sources = null, keywords = null, maintainers = null, deprecated = null, annotations = null, dependencies = null } = Object.fromEntries(fields);
  return {
    ...known,
    ...texts,
    sources: sources === null ? known.sources : listField(sources, at('sources'), textField),
    keywords: keywords === null ? known.keywords : listField(keywords, at('keywords'), textField),
    maintainers: maintainers === null ? known.maintainers : listField(maintainers, at('maintainers'), readMaintainer),
    deprecated: deprecated === null ? known.deprecated : booleanField(deprecated, at('deprecated')),
    annotations: annotations === null ? known.annotations : { ...known.annotations, ...textsField(annotations, at('annotations')) },
    dependencies: dependencies === null ? known.dependencies : readDependencies(dependencies, at('dependencies'), known.dependencies),
  };
}

/** The list `dependencies`, of Chart.yaml or of a lock. @param known entries that were there, which Go reads those of the same index over */
export function readDependencies(data: YamlData, place: string, known: MetadataFields['dependencies'] = []): readonly (DependencyFields | null)[] {
  return listField(data, place, (item, at, index) => readDependency(item, at, known[index] ?? emptyDependency));
}

function readText(data: YamlData | undefined, known: string, place: string): string {
  return data === undefined ? known : textField(data, place);
}

function readMaintainer(data: YamlData, place: string): Maintainer | null {
  if (data === null) return null;
  const fields = fieldsOf(data, maintainerNames, place);
  const text = (name: (typeof maintainerNames)[number]): string => readText(fields.get(name), emptyMaintainer[name], `${place}.${name}`);
  return { name: text('name'), email: text('email'), url: text('url') };
}

function readDependency(data: YamlData, place: string, known: DependencyFields): DependencyFields | null {
  if (data === null) return null;
  const fields = fieldsOf(data, [...dependencyTexts, 'tags', 'enabled', 'import-values'], place);
  const text = (name: (typeof dependencyTexts)[number]): string => readText(fields.get(name), known[name], `${place}.${name}`);
  const [tags, enabled, imports] = [fields.get('tags'), fields.get('enabled'), fields.get('import-values')];
  return {
    name: text('name'),
    version: text('version'),
    repository: text('repository'),
    condition: text('condition'),
    tags: tags === undefined ? known.tags : listField(tags, `${place}.tags`, textField),
    enabled: enabled === undefined ? known.enabled : booleanField(enabled, `${place}.enabled`),
    importValues: imports === undefined ? known.importValues : listField(imports, `${place}.import-values`, readImport).filter((item) => item !== undefined),
    alias: text('alias'),
  };
}

/** Undefined for what is neither a name nor a pair of paths: Helm passes over it. */
function readImport(data: YamlData, place: string): ChartDependency['importValues'][number] | undefined {
  if (typeof data === 'string') return textField(data, place);
  if (typeof data !== 'object' || data === null || !isMap(data)) return undefined;
  const pair = new Map(Array.from(data, ([key, value]) => [mapKey(key), value]));
  return { child: printed(pair.get('child')), parent: printed(pair.get('parent')) };
}
