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
}

/** Reads each Secret and ConfigMap once, from the API server: nothing of them is kept. */
export async function readValueSources(cluster: Pick<Cluster, 'get'>, namespace: string, sources: readonly ValueSource[], signal: AbortSignal): Promise<ReadValues> {
  const values = new Map<string, SecretBytes>();
  for (const [, ofOne] of Map.groupBy(sources, ({ kind, name }) => `${kind}/${name}`)) {
    const [first] = ofOne;
    if (first === undefined) continue;
    const data = await readData(cluster, { namespace, name: first.name }, first.kind, signal);
    for (const source of ofOne) {
      const value = data.get(source.key);
      if (value !== undefined) values.set(valueKey(source), value);
    }
  }
  return { values, missing: sources.filter((source) => !source.optional && !values.has(valueKey(source))) };
}

async function readData(cluster: Pick<Cluster, 'get'>, key: { readonly namespace: string; readonly name: string }, kind: ValueSource['kind'], signal: AbortSignal): Promise<ReadonlyMap<string, SecretBytes>> {
  const object = await cluster.get(kind === 'Secret' ? secretType : configMapType, key, signal);
  if (object === undefined) return new Map();
  if (kind === 'Secret') return secretValues(object);
  const data = fieldAt(object, 'data');
  return new Map(Object.entries(typeof data === 'object' && data !== null ? data : {}).flatMap(([name, text]) => (typeof text === 'string' ? [[name, SecretBytes.fromUtf8(text)] as const] : [])));
}
