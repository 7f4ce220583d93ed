import type { ObjectKey } from '../../api/object.ts';
import { formatKey } from '../../api/object.ts';
import type { PushSecret } from '../../api/push-secret.ts';
import type { StoreKind } from '../../api/secret-store.ts';
import { generatorTerm } from '../../secret/generator-cache.ts';
import { parseSyncedStoreKey } from '../../secret/push/synced-key.ts';
import { templateSources } from '../../secret/template/template-source.ts';
import type { PushSecretEntry } from './caches.ts';

/** What names a store in a reverse index. */
export function storeTerm(kind: StoreKind, key: ObjectKey): string {
  return `${kind} ${formatKey(key)}`;
}

/** What stands for all stores that a PushSecret of a namespace could select by their labels. No name holds an asterisk. */
export function anyStoreTerm(kind: StoreKind, namespace: string): string {
  return storeTerm(kind, kind === 'ClusterSecretStore' ? { name: '*' } : { namespace, name: '*' });
}

/** The stores that a PushSecret has to do with: those that it names, those that it could select, and those that hold something of it. */
export function storeTerms({ metadata, parsed, synced, named: others }: PushSecretEntry): readonly string[] {
  const { namespace = '' } = metadata;
  const named = (kind: StoreKind, name: string): string => storeTerm(kind, kind === 'ClusterSecretStore' ? { name } : { namespace, name });
  const referred = parsed.ok ? parsed.value.spec.secretStoreRefs.map((reference) => ('name' in reference ? named(reference.kind, reference.name) : anyStoreTerm(reference.kind, namespace))) : (others ?? []).map(({ kind, name }) => named(kind, name));
  const holding = Object.keys(synced).flatMap((key) => {
    const reference = parseSyncedStoreKey(key);
    return reference === undefined ? [] : [named(reference.kind, reference.name)];
  });
  return [...new Set([...referred, ...holding])];
}

/** What names a Secret or a ConfigMap. */
export function objectTerm(kind: 'Secret' | 'ConfigMap', key: ObjectKey): string {
  return `${kind} ${formatKey(key)}`;
}

/** What stands for all Secrets that a PushSecret of a namespace could select by their labels. */
export function anySecretTerm(namespace: string): string {
  return objectTerm('Secret', { namespace, name: '*' });
}

/** What a PushSecret is made of. */
export function sourceTerms({ metadata, spec }: PushSecret): readonly string[] {
  const { namespace = '' } = metadata;
  const { source } = spec;
  const templates = templateSources(spec).map(({ kind, name }) => objectTerm(kind, { namespace, name }));
  if (source.kind === 'generator') return [generatorTerm(source.generator, namespace), ...templates];
  return [source.kind === 'secret' ? objectTerm('Secret', { namespace, name: source.name }) : anySecretTerm(namespace), ...templates];
}
