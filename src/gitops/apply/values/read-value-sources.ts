import type { KubeObject } from '../../../api/object.ts';
import type { Cluster } from '../../../kube/port.ts';
import { configMapType, secretType } from '../../../kube/resource-types.ts';
import { SecretBytes } from '../../../lib/secret-bytes.ts';
import { secretValues } from '../../../secret/live-secret.ts';
import { fieldAt } from '../../health/live-field.ts';
import { type ValueSource, valueKey } from '../../plan/value-source.ts';
import type { ValuesFromCluster } from '../../render/renderer.ts';

/** What the cluster holds of the sources of values, and which of those that a render cannot do without it does not. */
export interface ReadValues {
  readonly values: ValuesFromCluster;
  readonly missing: readonly ValueSource[];
  /** What they were read from: `versionsOf`. */
  readonly versions: string;
}

/** Which version of each object values are taken from, as one text: `ConfigMap/facts 17, Secret/seed 23`. What is not there has none. */
export function versionsOf(sources: readonly Pick<ValueSource, 'kind' | 'name'>[], versionOf: (source: Pick<ValueSource, 'kind' | 'name'>) => string | undefined): string {
  const names = new Map(sources.map(({ kind, name }) => [`${kind}/${name}`, { kind, name }]));
  return [...names].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, source]) => `${id} ${versionOf(source) ?? 'absent'}`).join(', ');
}

/** Whether values were taken from this version of a Secret, or from none at all. */
export function isVersionIn(versions: string, secret: string, version: string): boolean {
  const entry = versions.split(', ').find((one) => one.startsWith(`Secret/${secret} `));
  return entry === undefined || entry === `Secret/${secret} ${version}`;
}

/** Reads each Secret and ConfigMap once, from the API server: nothing of them is kept. */
export async function readValueSources(cluster: Pick<Cluster, 'get'>, namespace: string, sources: readonly ValueSource[], signal: AbortSignal): Promise<ReadValues> {
  const values = new Map<string, SecretBytes>();
  const seen = new Map<string, string | undefined>();
  for (const [, ofOne] of Map.groupBy(sources, ({ kind, name }) => `${kind}/${name}`)) {
    const [first] = ofOne;
    if (first === undefined) continue;
    const object = await cluster.get(first.kind === 'Secret' ? secretType : configMapType, { namespace, name: first.name }, signal);
    seen.set(`${first.kind}/${first.name}`, object?.metadata.resourceVersion);
    const data = object === undefined ? new Map<string, SecretBytes>() : dataOf(object, first.kind);
    for (const source of ofOne) {
      const value = data.get(source.key);
      if (value !== undefined) values.set(valueKey(source), value);
    }
  }
  return { values, missing: sources.filter((source) => !source.optional && !values.has(valueKey(source))), versions: versionsOf(sources, ({ kind, name }) => seen.get(`${kind}/${name}`)) };
}

function dataOf(object: KubeObject, kind: ValueSource['kind']): ReadonlyMap<string, SecretBytes> {
  if (kind === 'Secret') return secretValues(object);
  const data = fieldAt(object, 'data');
  return new Map(Object.entries(typeof data === 'object' && data !== null ? data : {}).flatMap(([name, text]) => (typeof text === 'string' ? [[name, SecretBytes.fromUtf8(text)] as const] : [])));
}
