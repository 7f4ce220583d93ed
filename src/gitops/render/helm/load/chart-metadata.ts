import { parseVersion } from '../../../../template/semver/version.ts';
import { isPrintable } from '../../../../template/format/printable.ts';
import { FunctionError, LimitError } from '../../../../template/template-error.ts';
import { isSpace } from '../../../../template/value/rune-class.ts';
import type { ChartMetadata, ChartValues } from '../chart.ts';
import { ChartError } from './chart-error.ts';
import type { DependencyFields, Maintainer, MetadataFields } from './metadata-fields.ts';
import { showDependency } from './show-dependency.ts';

/**
 * Checks Chart.yaml as Helm does when it reads a chart, and cleans its texts: no character that cannot be printed.
 * @throws ChartError naming the field
 */
export function checkMetadata(fields: MetadataFields): ChartMetadata {
  const clean = cleaned(fields);
  if (clean.name === '') throw new ChartError('Chart.yaml: name is missing');
  if (clean.name === '.' || clean.name === '..' || clean.name.includes('/')) throw new ChartError('Chart.yaml: name is not one that a folder could have');
  if (clean.version === '') throw new ChartError('Chart.yaml: version is missing');
  if (!isVersion(clean.version)) throw new ChartError('Chart.yaml: version is no semantic version');
  if (!['', 'application', 'library'].includes(clean.type)) throw new ChartError('Chart.yaml: type must be application or library');
  const maintainers = clean.maintainers.map((maintainer) => maintainer ?? refuse('maintainers must not have entries that are null'));
  const dependencies = (clean.dependencies ?? []).map((dependency) => dependency ?? refuse('dependencies must not have entries that are null'));
  checkNames(dependencies);
  return {
    apiVersion: clean.apiVersion === 'v1' ? 'v1' : 'v2',
    name: clean.name,
    version: clean.version,
    type: clean.type === 'library' ? 'library' : 'application',
    appVersion: clean.appVersion,
    kubeVersion: clean.kubeVersion,
    deprecated: clean.deprecated,
    dependencies,
    declaresDependencies: clean.dependencies !== undefined,
    shown: show(clean, maintainers, dependencies),
  };
}

function refuse(problem: string): never {
  throw new ChartError(`Chart.yaml: ${problem}`);
}

function isVersion(text: string): boolean {
  try {
    parseVersion(text);
    return true;
  } catch (error) {
    if (error instanceof FunctionError || error instanceof LimitError) return false;
    throw error;
  }
}

function checkNames(dependencies: readonly DependencyFields[]): void {
  const names = new Set<string>();
  for (const { name, alias } of dependencies) {
    if (alias !== '' && !/^[a-zA-Z0-9_-]+$/.test(alias)) refuse(`the alias of dependency ${name} has characters that are not allowed`);
    const key = alias === '' ? name : alias;
    if (names.has(key)) refuse(`more than one dependency has the name or alias ${key}`);
    names.add(key);
  }
}

function cleaned(fields: MetadataFields): MetadataFields {
  return {
    ...fields,
    name: cleanText(fields.name),
    description: cleanText(fields.description),
    home: cleanText(fields.home),
    icon: cleanText(fields.icon),
    condition: cleanText(fields.condition),
    tags: cleanText(fields.tags),
    appVersion: cleanText(fields.appVersion),
    kubeVersion: cleanText(fields.kubeVersion),
    sources: fields.sources.map(cleanText),
    keywords: fields.keywords.map(cleanText),
    maintainers: fields.maintainers.map((one) => one && { name: cleanText(one.name), email: cleanText(one.email), url: cleanText(one.url) }),
    dependencies: fields.dependencies?.map((one) => one && cleanDependency(one)),
  };
}

function cleanDependency(dependency: DependencyFields): DependencyFields {
  const { name, version, repository, condition, tags } = dependency;
  return { ...dependency, name: cleanText(name), version: cleanText(version), repository: cleanText(repository), condition: cleanText(condition), tags: tags.map(cleanText) };
}

/** Spaces of all kinds become the one, and what cannot be printed goes. */
function cleanText(text: string): string {
  return Array.from(text, (char) => {
    const rune = char.codePointAt(0) ?? 0;
    if (isSpace(rune)) return ' ';
    return isPrintable(rune) ? char : '';
  }).join('');
}

function show(fields: MetadataFields, maintainers: readonly Maintainer[], dependencies: readonly DependencyFields[]): ChartValues {
  return {
    Name: fields.name,
    Home: fields.home,
    Sources: fields.sources,
    Version: fields.version,
    Description: fields.description,
    Keywords: fields.keywords,
    Maintainers: maintainers.map(({ name, email, url }) => ({ Name: name, Email: email, URL: url })),
    Icon: fields.icon,
    APIVersion: fields.apiVersion,
    Condition: fields.condition,
    Tags: fields.tags,
    AppVersion: fields.appVersion,
    Deprecated: fields.deprecated,
    Annotations: fields.annotations,
    KubeVersion: fields.kubeVersion,
    Dependencies: dependencies.map((dependency) => showDependency(dependency, dependency.enabled)),
    Type: fields.type,
  };
}
