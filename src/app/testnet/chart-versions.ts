import { fieldsOf } from '../../gitops/plan/needs/field.ts';
import { parseYaml } from '../../lib/yaml.ts';
import type { YamlEdit } from '../../lib/yaml-edit.ts';

/** A chart that an Application names by its version. */
interface ChartVersion {
  readonly document: number;
  readonly path: readonly (string | number)[];
  /** Which chart it is, as one text. */
  readonly chart: string;
  readonly name: string;
  readonly version: string;
}

/** A version that is copied. */
export interface VersionChange {
  readonly edit: YamlEdit;
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Only versions are promoted: a branch is what an Application follows, and not what it has proved. */
const isVersion = /^v?\d+(\.\d+){0,2}([-+][0-9A-Za-z.+-]+)?$/;

/** What makes the charts of one Application's file those of another's: packaged ones, and those of Git repositories by their tags. @throws YamlError */
export function versionChanges(from: string, to: string): readonly VersionChange[] {
  const wanted = new Map(versionsIn(from).map((one) => [one.chart, one.version]));
  return versionsIn(to).flatMap(({ document, path, chart, name, version }) => {
    const after = wanted.get(chart);
    return after === undefined || after === version ? [] : [{ edit: { document, path, entries: new Map([['targetRevision', after]]) }, name, before: version, after }];
  });
}

function versionsIn(text: string): readonly ChartVersion[] {
  return parseYaml(text).flatMap(({ value }, document) => {
    const { kind, spec } = fieldsOf(value);
    if (kind !== 'Application') return [];
    const { source, sources } = fieldsOf(spec);
    const many = Array.isArray(sources) ? sources.flatMap((one: unknown, index) => versionOf(one, document, ['spec', 'sources', index])) : [];
    return [...versionOf(source, document, ['spec', 'source']), ...many];
  });
}

function versionOf(source: unknown, document: number, path: readonly (string | number)[]): readonly ChartVersion[] {
  const { repoURL, chart, path: folder, targetRevision } = fieldsOf(source);
  const version = typeof targetRevision === 'number' ? String(targetRevision) : targetRevision;
  if (typeof repoURL !== 'string' || typeof version !== 'string' || !isVersion.test(version)) return [];
  const name = typeof chart === 'string' ? chart : typeof folder === 'string' ? folder : '';
  return [{ document, path, chart: JSON.stringify([repoURL, chart, folder]), name: name === '' ? repoURL : name, version }];
}
