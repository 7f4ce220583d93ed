import { type KubeObject, parseApiVersion } from '../../api/object.ts';

/** What an object says of others: every text outside its metadata, names among them. Secrets and ConfigMaps hold data, and refer to nothing. */
export function textsIn(object: KubeObject): readonly string[] {
  const isData = parseApiVersion(object.apiVersion).group === '' && (object.kind === 'Secret' || object.kind === 'ConfigMap');
  return isData ? [] : Object.entries(object).flatMap(([field, value]) => (['apiVersion', 'kind', 'metadata'].includes(field) ? [] : textsOf(value)));
}

/** Every text inside a value. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
