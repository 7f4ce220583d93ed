import type { GeneratorObject } from '../../../api/generator.ts';
import type { SecretStore } from '../../../api/secret-store.ts';
import { fieldsOf, listOf, textOf } from '../needs/field.ts';

/** How deep provider configurations are looked into; the deepest known ones end at eight. */
const deepest = 16;

/**
 * The Secrets that a store takes its credentials from: every `{name, key}` under a field whose name ends in `SecretRef`, which is
 * how External Secrets' providers spell it.
 * @param consumer the namespace of the ExternalSecret, meant by a ClusterSecretStore that names none
 */
export function storeCredentials({ kind, metadata, spec }: SecretStore, consumer: string): readonly { readonly namespace: string; readonly secret: string }[] {
  return selectors(spec.provider, 0).map(({ name, namespace }) => ({
    namespace: kind === 'SecretStore' ? (metadata.namespace ?? consumer) : (namespace ?? consumer),
    secret: name,
  }));
}

/** The Secrets that a generator takes its credentials from; they stand in the namespace of whoever uses it. */
export function generatorCredentials({ spec }: GeneratorObject): readonly string[] {
  return selectors(spec, 0).map(({ name }) => name);
}

function selectors(value: unknown, depth: number): readonly { readonly name: string; readonly namespace: string | undefined }[] {
  if (depth > deepest) return [];
  const inList = listOf(value).flatMap((item) => selectors(item, depth + 1));
  const inFields = Object.entries(fieldsOf(value)).flatMap(([field, inner]) => {
    const { name, namespace, key } = fieldsOf(inner);
    const secret = textOf(name);
    if (secret !== undefined && textOf(key) !== undefined && /secretRef$/i.test(field)) return [{ name: secret, namespace: textOf(namespace) }];
    return selectors(inner, depth + 1);
  });
  return [...inList, ...inFields];
}
